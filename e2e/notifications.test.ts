import { createHmac } from 'node:crypto';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { Client, Export } from '@outcrop/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { runOutcrop } from './support/run-outcrop.ts';
import { makeSampleFolder } from './support/sample-data.ts';
import { createKey, serveSite, type ServedSite } from './support/serve-site.ts';

const patience = { timeout: 60_000, interval: 50 };
const received: { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string }[] =
  [];
let answer = (response: ServerResponse): void => void response.writeHead(204).end();
let receiver: Server;
let hook: string;
let root: string;
let folder: string;
let key: string;
let site: ServedSite;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ path: request.url ?? '', headers: request.headers, body });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  root = await mkdtemp(join(tmpdir(), 'outcrop-e2e-'));
  folder = join(root, 'site');
  await makeSampleFolder(folder);
  await runOutcrop(['init', folder], { cwd: root });
  await appendFile(
    join(folder, 'outcrop.yaml'),
    `notifications: { allowed_hosts: [127.0.0.1], webhooks: [{ url: '${hook}all', events: [complete, cancelled] }] }\n`,
  );
  site = await serveSite(folder);
  key = await createKey(folder, ['exports:read', 'exports:write', 'layers:read']);
});

afterAll(async () => {
  await site.stop();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
  await rm(root, { recursive: true });
});

function messagesTo(path: string): typeof received {
  return received.filter((message) => message.path === path);
}

test('an export by the command is told to whom it names and to the site, signed', async () => {
  const layer = (await new Client(site.url, { apiKey: key }).layers.list().first())!;
  const options = ['--crs', 'EPSG:4326', '--format', 'vector=gpkg', '--notify-webhook', `${hook}mine`];
  const ended = await runOutcrop(
    ['export', String(layer.id), '--url', site.url, '--to', root, '--json', ...options],
    { cwd: root, key },
  );
  expect(ended).toMatchObject({ exitCode: 0 });
  await vi.waitFor(() => {
    expect([messagesTo('/mine').length, messagesTo('/all').length]).toEqual([1, 1]);
  }, patience);
  const [{ headers, body }] = messagesTo('/mine') as [(typeof received)[0]];
  expect(JSON.parse(body)).toMatchObject({
    state: 'complete',
    download_url: expect.stringMatching(/^http/) as string,
  });
  const asked = await fetch(new URL('/services/api/v1/webhook-secret/', site.url), {
    headers: { authorization: `key ${key}` },
  });
  const { secret } = (await asked.json()) as { secret: string };
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const hmac = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'));
  expect(headers['webhook-signature']).toBe(`v1,${hmac.update(signed).digest('base64')}`);
});

test('a message that waits or is on its way when the site is killed arrives later, with the same id', async () => {
  received.length = 0;
  const client = new Client(site.url, { apiKey: key });
  const layer = (await client.layers.list().first())!;
  const arrived = new Promise<void>((resolve) => {
    // No answer: the site waits for one when it is killed.
    answer = () => resolve();
  });
  const wanted = new Export({
    crs: 'EPSG:4326',
    formats: { vector: 'application/x-ogc-gpkg' },
    notify: { webhook: `${hook}mine` },
  });
  await client.exports.create(wanted.addItem(layer));
  await arrived;
  process.kill(site.pid, 'SIGKILL');
  await site.stop();
  await vi.waitFor(() => expect(received.length).toBeGreaterThan(0), patience);
  const before = new Set(received.map(({ headers }) => headers['webhook-id']));
  answer = (response) => void response.writeHead(204).end();
  received.length = 0;
  site = await serveSite(folder);
  await vi.waitFor(() => {
    expect([messagesTo('/mine').length, messagesTo('/all').length]).toEqual([1, 1]);
  }, patience);
  expect(new Set(received.map(({ headers }) => headers['webhook-id']))).toEqual(before);
});
