import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { signWebhook } from './sign-webhook.ts';

const guide = readFileSync(new URL('../../../../docs/guide/notifications.md', import.meta.url), 'utf8');
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const body = '{"name":"kākoti"}';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outcrop-snippets-'));
});

afterAll(() => rm(folder, { recursive: true }));

function snippet(language: string): string {
  return new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(guide)![1]!;
}

/** A message of now, and what is done to it on the way. */
function messages(): [headers: Record<string, string>, body: string, isGenuine: boolean][] {
  const now = Math.floor(Date.now() / 1000);
  const sign = (timestamp: number, secrets = [secret]): Record<string, string> =>
    signWebhook({ eventId: 'one', timestamp, body }, secrets);
  return [
    [sign(now), body, true],
    [sign(now, ['whsec_AAAA', secret]), body, true],
    [sign(now, ['whsec_AAAA']), body, false],
    [sign(now), `${body} `, false],
    [{ ...sign(now), 'webhook-id': 'two' }, body, false],
    [{ ...sign(now), 'webhook-signature': 'v1,' }, body, false],
    [sign(now - 3600), body, false],
    [sign(now + 3600), body, false],
  ];
}

test('the Node snippet of the guide knows genuine messages', async () => {
  const file = join(folder, 'verify.mjs');
  await writeFile(file, snippet('js'));
  const { isGenuine } = (await import(pathToFileURL(file).href)) as {
    isGenuine: (headers: object, body: string, secret: string) => boolean;
  };
  for (const [headers, text, wanted] of messages()) {
    expect(isGenuine(headers, text, secret)).toBe(wanted);
  }
});

test('the Python snippet of the guide knows genuine messages', () => {
  const program = `${snippet('python')}
import json, sys
for headers, body, wanted in json.load(sys.stdin):
    print(is_genuine(headers, body.encode(), ${JSON.stringify(secret)}) == wanted)
`;
  const all = messages();
  const printed = execFileSync('python3', ['-c', program], { input: JSON.stringify(all), encoding: 'utf8' });
  expect(printed.trim().split('\n')).toEqual(all.map(() => 'True'));
});
