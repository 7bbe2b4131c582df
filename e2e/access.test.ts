import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, Export, isExportsError, ValidationError } from '@outcrop/client';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { json, send } from './support/raw-http.ts';
import { runOutcrop } from './support/run-outcrop.ts';
import { makeSampleFolder } from './support/sample-data.ts';
import { serveSite, type ServedSite } from './support/serve-site.ts';

let root: string;
let folder: string;
let site: ServedSite;
let staff: string;
let visitor: string;

const scopes = ['exports:read', 'exports:write', 'layers:read'].flatMap((scope) => ['--scope', scope]);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'outcrop-access-'));
  folder = join(root, 'site');
  await makeSampleFolder(folder);
  await outcrop('init', folder);
  await writeFile(
    join(folder, 'outcrop.yaml'),
    `access: { groups: { agency: Staff of the agency } }\n${await readFile(join(folder, 'outcrop.yaml'), 'utf8')}`,
  );
  await setRights('Regions', 'view: [agency]');
  await setRights('Visits', 'view: [public]\n    download: [agency]');
  // One key before the site runs, and one while it does.
  staff = await outcrop('token', 'create', folder, ...scopes, '--group', 'agency', '--name', 'Aroha');
  site = await serveSite(folder);
  visitor = await outcrop('token', 'create', folder, ...scopes, '--name', 'Visitor');
});

afterAll(async () => {
  await site.stop();
  await rm(root, { recursive: true });
});

/** What a command prints; it must succeed. */
async function outcrop(...commandLine: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runOutcrop(commandLine, { cwd: root });
  if (exitCode !== 0) throw new Error(`outcrop ${commandLine.join(' ')}: ${stderr}`);
  return stdout.trim();
}

/** Gives the layer of a title rights of its own, in place of those that it has. */
async function setRights(title: string, rights: string): Promise<void> {
  const file = join(folder, 'outcrop.yaml');
  const before = (await readFile(file, 'utf8')).replace(
    new RegExp(`(title: ${title}\\n)(?:    (?:view|download): .*\\n)*`),
    (_, line: string) => `${line}    ${rights}\n`,
  );
  await writeFile(file, before);
}

const clientOf = (apiKey: string): Client => new Client(site.url, { apiKey });

async function visits(client: Client): Promise<Export> {
  const table = (await client.catalog.list().toArray()).find(({ title }) => title === 'Visits');
  if (table === undefined) throw new Error('no table Visits');
  return new Export({ formats: { table: 'text/csv' } }).addItem(await client.tables.get(table.id));
}

const titlesOf = async (client: Client): Promise<string[]> =>
  (await client.catalog.list().toArray()).map(({ title }) => title).toSorted();

test('people see the layers of their groups, and of what they may not download that they may not', async () => {
  expect(await titlesOf(clientOf(staff))).toEqual(['Places', 'Regions', 'Visits']);
  expect(await titlesOf(clientOf(visitor))).toEqual(['Places', 'Visits']);
  const refused = await clientOf(visitor)
    .exports.create(await visits(clientOf(visitor)))
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ValidationError);
  expect((refused as ValidationError).issues).toMatchObject([{ code: 'no-permission' }]);
  const { path } = await clientOf(staff).exports.run(await visits(clientOf(staff)), {
    to: join(root, 'staff.zip'),
  });
  expect((await readFile(path)).subarray(0, 2).toString()).toBe('PK');
});

test('keys end by being revoked, and open nothing elsewhere than on their pages', async () => {
  const layers = new URL('services/api/v1/layers/', site.url).href;
  const ask = async (key: string, headers: Record<string, string> = {}): Promise<[number, string]> => {
    const answer = await send(layers, { headers: { authorization: `key ${key}`, ...headers } });
    return [answer.status, answer.status === 200 ? '' : String(json(answer)['detail'])];
  };
  const over = ['token', 'create', folder, '--scope', 'layers:read', '--expires', '2020-01-01'];
  expect(await runOutcrop(over, { cwd: root })).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringContaining('"2020-01-01" is over'),
  });
  const made = JSON.parse(
    await outcrop(
      'token',
      'create',
      folder,
      '--scope=layers:read',
      '--referer=maps.example',
      '--expires=90d',
      '--json',
    ),
  ) as { id: number; token: string };
  expect(await ask(made.token)).toEqual([401, expect.stringMatching(/no Referer/)]);
  expect(await ask(made.token, { referer: 'https://maps.example/' })).toEqual([200, '']);
  expect((await ask(made.token, { referer: 'https://elsewhere.example/' }))[0]).toBe(401);
  await outcrop('token', 'revoke', folder, String(made.id));
  expect(await ask(made.token, { referer: 'https://maps.example/' })).toEqual([
    401,
    expect.stringMatching(/revoked/),
  ]);
  const listed = await outcrop('token', 'list', folder);
  expect(listed).toMatch(/active .* agency .* Aroha$/m);
  expect(listed).toMatch(/revoked .* \(pages of maps\.example\)$/m);
  for (const secret of [staff, visitor, made.token]) expect(listed).not.toContain(secret);
});

test('a login link signs in once, as the holder of a key, and signing out ends that', async () => {
  const tokens = JSON.parse(await outcrop('token', 'list', folder, '--json')) as {
    id: number;
    name: string;
  }[];
  const aroha = tokens.find(({ name }) => name === 'Aroha')?.id ?? 0;
  const link = await outcrop('login-link', folder, '--token', String(aroha));
  const code = new URL(link).hash.replace('#login=', '');
  const post = (path: string, init: { headers?: Record<string, string>; body?: string }) =>
    send(new URL(`services/page/${path}`, site.url).href, { method: 'POST', ...init });
  const { key } = json<{ key: string }>(await post('sign-in', { body: JSON.stringify({ code }) }));
  expect((await post('sign-in', { body: JSON.stringify({ code }) })).status).toBe(401);
  const client = clientOf(key);
  expect(await titlesOf(client)).toContain('Regions');
  expect(await client.exports.list().count()).toBe(await clientOf(staff).exports.list().count());
  await post('sign-out', { headers: { authorization: `key ${key}` } });
  const ended = await client.layers
    .list()
    .count()
    .catch((error: unknown) => error);
  expect(isExportsError(ended, 'authentication')).toBe(true);
});

test('operators administer over HTTP by a key with the scope admin, and nobody else does', async () => {
  const boss = await outcrop('token', 'create', folder, '--scope', 'admin', '--name', 'Boss');
  const ask = (path: string, key: string) =>
    send(new URL(`services/admin/${path}`, site.url).href, { headers: { authorization: `key ${key}` } });
  expect((await ask('exports/', staff)).status).toBe(401);
  const exports = json<{ owner: { name: string } }[]>(await ask('exports/', boss));
  expect(exports).toMatchObject([{ state: 'complete', owner: { name: 'Aroha' } }]);
  const usage = json<{ name: string; downloads: number }[]>(await ask('usage/', boss));
  expect(usage.find(({ name }) => name === 'Aroha')).toMatchObject({ created: 1, downloads: 1 });
  const seen = await clientOf(boss)
    .layers.list()
    .count()
    .catch((error: unknown) => error);
  expect(isExportsError(seen, 'authentication')).toBe(true);
});

test('rights that are taken away stop downloads, and the log tells who exported what, also of a site that is down', async () => {
  const [made] = await clientOf(staff).exports.list().toArray();
  await site.stop();
  await setRights('Visits', 'view: [public]\n    download: []');
  site = await serveSite(folder);
  const fresh = await clientOf(staff).exports.get(made?.id ?? 0);
  const refused = await fresh.download(join(root, 'again.zip')).catch((error: unknown) => error);
  expect(isExportsError(refused, 'permission')).toBe(true);
  expect(String(refused)).toContain('may no longer download');
  const running = await outcrop('audit', folder, '--format', 'jsonl');
  await site.stop();
  expect(await outcrop('audit', folder, '--format', 'jsonl')).toBe(running);
  const lines = running.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  const ofExport = lines.filter(({ export_id: id }) => id === made?.id);
  expect(ofExport).toMatchObject([
    {
      action: 'export-created',
      token_name: 'Aroha',
      remote_address: '127.0.0.1',
      formats: { table: 'text/csv' },
    },
    { action: 'export-downloaded', token_name: 'Aroha', remote_address: '127.0.0.1' },
    { action: 'download-refused', token_name: 'Aroha' },
  ]);
  expect(ofExport[0]?.['items']).toEqual([expect.stringMatching(/^tables\/\d+\/versions\/\d+\/$/)]);
  const refusedLines = lines.filter(({ action }) => action === 'export-refused');
  expect(refusedLines).toMatchObject([{ token_name: 'Visitor', remote_address: '127.0.0.1' }]);
  const csv = await outcrop('audit', folder, '--action', 'export-downloaded', '--since', '2020-01-01');
  expect(csv.split('\n')).toHaveLength(2);
  for (const secret of [staff, visitor]) expect(running).not.toContain(secret);
  site = await serveSite(folder);
});
