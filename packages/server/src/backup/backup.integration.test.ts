import { execFile } from 'node:child_process';
import { copyFile, cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { Client, Export } from '@outcrop/client';
import { findPostgres, startPostgres } from '@outcrop/testkit';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type Config, loadConfig } from '../config.ts';
import { type RunningServer, startSite } from '../main.ts';
import { deferred } from '../testing/deferred.ts';
import { fakeArchive, fakeEngine } from '../testing/fake-engine.ts';
import { writeTestFolder } from '../testing/test-site.ts';
import { createToken } from '../admin/manage-tokens.ts';
import { backUpSite } from './back-up-site.ts';
import { restoreSite } from './restore-site.ts';

const run = promisify(execFile);
const programs = await findPostgres();
const embedded = loadConfig({});
const engine = fakeEngine();
const lapseLeases = 'UPDATE outcrop.tasks SET available_at = now()';

let root: URL;
let folder: URL;
let copy: URL;
let backup: URL;
const running: RunningServer[] = [];

beforeEach(async () => {
  root = pathToFileURL(`${await mkdtemp(join(tmpdir(), 'outcrop-backup-'))}/`);
  folder = await writeTestFolder();
  copy = await writeTestFolder();
  await rm(new URL('outcrop.yaml', copy));
  backup = new URL('backup/', root);
  engine.run = async () => undefined;
});

afterEach(async () => {
  for (const site of running.splice(0)) await site.close();
  for (const one of [root, folder, copy]) await rm(one, { recursive: true });
});

async function start(at: URL, config: Config = embedded): Promise<RunningServer> {
  const site = await startSite({
    folder: at,
    port: 0,
    host: '127.0.0.1',
    publicUrl: null,
    anonymous: false,
    engine,
    logger: pino({ level: 'silent' }),
    config,
  });
  running.push(site);
  return site;
}

async function stop(): Promise<void> {
  for (const site of running.splice(0)) await site.close();
}

/** A site with an export that is complete and one that runs. */
async function busySite(config: Config = embedded) {
  const site = await start(folder, config);
  const scopes = ['exports:read', 'exports:write', 'layers:read'];
  const { token } = await createToken({ folder, scopes });
  const client = new Client(site.url, { apiKey: token });
  const complete = await (await create(client, 'complete')).wait();
  const started = deferred();
  engine.run = async ({ signal }) => {
    started.resolve();
    await new Promise((_, reject) =>
      signal!.addEventListener('abort', () => reject(signal!.reason as Error)),
    );
  };
  const processing = await create(client, 'processing');
  await started.promise;
  return { token, complete: complete.id!, processing: processing.id! };
}

/** The name makes it one that shares no archive with another. */
async function create(client: Client, name: string): Promise<Export> {
  const wanted = new Export({ name, crs: 'EPSG:2193', formats: { vector: 'application/x-ogc-gpkg' } });
  return client.exports.create(wanted.addItem(await client.layers.get(2)));
}

/** What a person does with the copy: the key still works, the archive is whole, and the export that ran ends. */
async function expectWhole(site: RunningServer, was: Awaited<ReturnType<typeof busySite>>): Promise<void> {
  const client = new Client(site.url, { apiKey: was.token });
  const archive = await (
    await client.exports.get(was.complete)
  ).download(fileURLToPath(new URL('complete.zip', root)));
  expect(await readFile(archive.path)).toEqual(fakeArchive);
  const processing = await (await client.exports.get(was.processing)).wait();
  expect(processing.state).toBe('complete');
  expect((await processing.download(fileURLToPath(new URL('processing.zip', root)))).bytes).toBe(
    fakeArchive.length,
  );
}

describe('an embedded site', () => {
  test('is backed up while an export runs, and the copy has all that was there', async () => {
    const was = await busySite();
    const manifest = await backUpSite({ folder, to: backup, config: embedded });
    expect(manifest).toMatchObject({ format: 1, archives: 1 });
    await stop();
    const restored = await restoreSite({ from: backup, folder: copy });
    expect(restored).toMatchObject({
      archives: 1,
      exports: { complete: 1, processing: 1 },
      isConfigRestored: true,
    });
    engine.run = async () => undefined;
    await expectWhole(await start(copy), was);
  });

  test('is backed up while nobody serves it', async () => {
    const was = await busySite();
    await stop();
    await backUpSite({ folder, to: backup, config: embedded });
    await writeFile(new URL('outcrop.yaml', copy), 'title: kept\n');
    const restored = await restoreSite({ from: backup, folder: copy });
    expect(restored.isConfigRestored).toBe(false);
    expect(await readFile(new URL('outcrop.yaml', copy), 'utf8')).toBe('title: kept\n');
    await copyFile(new URL('outcrop.yaml', folder), new URL('outcrop.yaml', copy));
    engine.run = async () => undefined;
    await expectWhole(await start(copy), was);
  });

  test('is not overwritten, and neither is a backup', async () => {
    await start(folder);
    await backUpSite({ folder, to: backup, config: embedded });
    await expect(backUpSite({ folder, to: backup, config: embedded })).rejects.toThrow(
      'There is something in',
    );
    await expect(restoreSite({ from: backup, folder })).rejects.toThrow('in use by process');
    await stop();
    await expect(restoreSite({ from: backup, folder })).rejects.toThrow('nothing is overwritten');
    expect(await readdir(root)).toEqual(['backup']);
  });

  test('is not restored from what is no whole backup', async () => {
    await start(folder);
    await backUpSite({ folder, to: backup, config: embedded });
    await stop();
    await truncate(new URL('database.tar.gz', backup), 5000);
    await expect(restoreSite({ from: backup, folder: copy })).rejects.toThrow(/database\.tar\.gz is damaged/);
    expect(await readdir(new URL('.outcrop/', copy))).not.toContain('database');
    await rm(new URL('backup.json', backup));
    await expect(restoreSite({ from: backup, folder: copy })).rejects.toThrow('no whole backup');
    await writeFile(
      new URL('backup.json', backup),
      JSON.stringify({ format: 1, made_at: new Date().toISOString(), schema: 9000, archives: 0 }),
    );
    await expect(restoreSite({ from: backup, folder: copy })).rejects.toThrow('newer Outcrop');
  });
});

describe.skipIf(programs === null)('a site on PostgreSQL', () => {
  test('is backed up by pg_dump and a copy of the archives, as the guide says', async () => {
    await using cluster = await startPostgres(programs ?? '');
    const config = loadConfig({ DATABASE_URL: cluster.url });
    const was = await busySite(config);
    await expect(backUpSite({ folder, to: backup, config })).rejects.toThrow('use pg_dump');
    const dump = fileURLToPath(new URL('database.dump', root));
    await run(`${programs}/pg_dump`, ['--format=custom', `--file=${dump}`, cluster.url]);
    await cp(new URL('.outcrop/exports', folder), new URL('.outcrop/exports', copy), { recursive: true });
    await copyFile(new URL('outcrop.yaml', folder), new URL('outcrop.yaml', copy));
    await stop();
    await run(`${programs}/createdb`, [`--maintenance-db=${cluster.url}`, 'restored']);
    const restoredUrl = cluster.url.replace(/postgres$/, 'restored');
    await run(`${programs}/pg_restore`, ['--exit-on-error', '--no-owner', `--dbname=${restoredUrl}`, dump]);
    // The worker that had the export is gone for good; its lease runs out by itself, here without waiting for it.
    await run(`${programs}/psql`, ['-c', lapseLeases, restoredUrl]);
    engine.run = async () => undefined;
    await expectWhole(await start(copy, loadConfig({ DATABASE_URL: restoredUrl })), was);
  });
});
