import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, connect } from 'node:net';

import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';

import { type RunningServer, startSite, type StartOptions } from './main.ts';
import { checkedFetch } from './testing/conformance.ts';
import { deferred } from './testing/deferred.ts';
import { fakeArchive, fakeEngine } from './testing/fake-engine.ts';
import { writeTestFolder } from './testing/test-site.ts';
import { createToken } from './admin/manage-tokens.ts';

// Each start makes a database on disk, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: URL;
const engine = fakeEngine();
const closing: RunningServer[] = [];

beforeAll(async () => {
  folder = await writeTestFolder();
});

afterEach(async () => {
  for (const server of closing.splice(0)) {
    await server.close();
  }
  engine.run = async () => undefined;
  engine.archive = fakeArchive;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function start(options: Partial<StartOptions> = {}): Promise<RunningServer> {
  const server = await startSite({
    folder,
    port: 0,
    host: '127.0.0.1',
    publicUrl: null,
    anonymous: true,
    engine,
    logger: pino({ level: 'silent' }),
    ...options,
  });
  closing.push(server);
  return server;
}

let created = 0;
const table = { items: [{ item: 'tables/3' }], formats: { table: 'text/csv' } };

interface Detail {
  readonly id: number;
  readonly url: string;
  readonly state: string;
  readonly download_url: string | null;
}

async function create(server: RunningServer): Promise<Detail> {
  const response = await checkedFetch(new URL('services/api/v1/exports/', server.url), {
    method: 'POST',
    // Each is another: equal ones would share an archive.
    body: JSON.stringify({ ...table, name: `export ${(created += 1)}` }),
  });
  expect(response.status).toBe(201);
  return (await response.json()) as Detail;
}

async function waitFor(url: string, state: string): Promise<Detail> {
  for (;;) {
    const detail = (await (await checkedFetch(url)).json()) as Detail;
    if (detail.state === state) {
      return detail;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function openArchives(): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${descriptor}`);
      return target.endsWith('.zip') ? [target] : [];
    } catch {
      return [];
    }
  });
}

test('a site exports over a socket, and after a restart the export is still there', async () => {
  const server = await start();
  const complete = await waitFor((await create(server)).url, 'complete');
  const redirect = await checkedFetch(complete.download_url!, { redirect: 'manual' });
  const archive = await fetch(redirect.headers.get('Location')!);
  expect(Buffer.from(await archive.arrayBuffer()).toString()).toBe(fakeArchive.toString());
  expect(archive.headers.get('Content-Length')).toBe(String(fakeArchive.length));
  expect(archive.headers.get('Transfer-Encoding')).toBeNull();
  const head = await fetch(complete.download_url!, { method: 'HEAD' });
  expect(head.headers.get('Content-Length')).toBe(String(fakeArchive.length));
  await server.close();
  closing.pop();
  const again = await start();
  const detail = await checkedFetch(new URL(`services/api/v1/exports/${complete.id}/`, again.url));
  expect(await detail.json()).toMatchObject({
    state: 'complete',
    url: expect.stringContaining(again.url.host),
  });
});

test('an export that a closing site left is finished by the next one, once', async () => {
  const started = deferred();
  engine.run = async ({ signal }) => {
    started.resolve();
    await new Promise((_, reject) =>
      signal!.addEventListener('abort', () => reject(signal!.reason as Error)),
    );
  };
  const server = await start();
  const { id } = await create(server);
  await started.promise;
  await server.close();
  closing.pop();
  let runs = 0;
  engine.run = async () => {
    runs += 1;
  };
  const again = await start();
  await waitFor(new URL(`services/api/v1/exports/${id}/`, again.url).href, 'complete');
  expect(runs).toBe(1);
});

test('a second site on the same folder is refused, and one on a taken port too', async () => {
  await start();
  await expect(start()).rejects.toThrow(`in use by process ${process.pid}`);
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  const other = await writeTestFolder();
  await expect(start({ folder: other, port })).rejects.toThrow(`127.0.0.1:${port}`);
  await expect(start({ folder: other, port })).rejects.toThrow('another port');
  taken.close();
  await rm(other, { recursive: true });
});

test('without tokens only this machine is served', async () => {
  await expect(start({ host: '0.0.0.0' })).rejects.toThrow('outcrop token create');
});

test('a token can be made before the site runs, while it runs, and after', async () => {
  const before = await createToken({ folder, scopes: ['layers:read'] });
  const server = await start({ anonymous: false });
  const during = await createToken({ folder, scopes: ['layers:read', 'layers:read'], name: 'second' });
  expect(during.scopes).toEqual(['layers:read']);
  for (const { token } of [before, during]) {
    const response = await checkedFetch(new URL('services/api/v1/layers/', server.url), {
      headers: { Authorization: `key ${token}` },
    });
    expect(response.status).toBe(200);
  }
  await expect(createToken({ folder, scopes: ['layers:write'] })).rejects.toThrow('"layers:write"');
  await expect(createToken({ folder, scopes: [] })).rejects.toThrow('at least one scope');
  expect((await checkedFetch(new URL('services/api/v1/layers/', server.url))).status).toBe(401);
  expect(statSync(new URL('.outcrop/site.json', folder)).mode & 0o777).toBe(0o600);
  await server.close();
  closing.pop();
  expect((await createToken({ folder, scopes: ['layers:read'] })).token).toMatch(/^[0-9a-f]{32}$/);
});

test("what a killed site left behind is in nobody's way", async () => {
  const dead = await deadProcess();
  await writeFile(
    new URL('.outcrop/site.json', folder),
    JSON.stringify({ url: 'http://127.0.0.1:1/', pid: dead, secret: 's'.repeat(64) }),
  );
  expect((await createToken({ folder, scopes: ['layers:read'] })).token).toMatch(/^[0-9a-f]{32}$/);
  await start();
  expect(JSON.parse(readFileSync(new URL('.outcrop/site.json', folder), 'utf8'))).toMatchObject({
    pid: process.pid,
  });
});

test('addresses begin with the public address', async () => {
  const server = await start({ publicUrl: new URL('https://data.example/geo') });
  expect(server.url.href).toBe('https://data.example/geo/');
  const running = JSON.parse(await readFile(new URL('.outcrop/site.json', folder), 'utf8')) as {
    url: string;
  };
  const response = await checkedFetch(new URL('services/api/v1/layers/', running.url));
  expect(await response.json()).toContainEqual(
    expect.objectContaining({ url: 'https://data.example/geo/services/api/v1/layers/1/' }),
  );
});

test('a client that disconnects in the middle of a download leaves no open file and a living site', async () => {
  engine.archive = Buffer.alloc(64 * 1024 * 1024);
  const server = await start();
  const detail = await waitFor((await create(server)).url, 'complete');
  const redirect = await checkedFetch(detail.download_url!, { redirect: 'manual' });
  const { pathname } = new URL(redirect.headers.get('Location')!);
  for (let round = 0; round < 3; round += 1) {
    const socket = connect(Number(server.url.port), '127.0.0.1');
    socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${server.url.host}\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    expect(openArchives().length).toBeGreaterThan(0);
    socket.destroy();
    while (openArchives().length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  expect((await checkedFetch(detail.url)).status).toBe(200);
});

function deadProcess(): Promise<number> {
  return new Promise((resolve) => {
    const child: ChildProcess = spawn(process.execPath, ['-e', '']);
    child.once('exit', () => resolve(child.pid!));
  });
}
