import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { type SitePaths, sitePaths } from '../catalogue/site-paths.ts';
import { lockSite } from './site-lock.ts';

let folder: string;
let paths: SitePaths;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outcrop-lock-'));
  paths = sitePaths(pathToFileURL(`${folder}/`));
});

afterEach(() => rm(folder, { recursive: true }));

test('of many that want a folder at the same moment one gets it, every time', async () => {
  for (let round = 0; round < 20; round += 1) {
    const wanted = await Promise.allSettled(Array.from({ length: 20 }, () => lockSite(paths, { waitMs: 0 })));
    const got = wanted.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(got).toHaveLength(1);
    await got[0]!.release();
  }
});

test('the others are told which process has it, and get it when that lets go', async () => {
  const first = await lockSite(paths, { waitMs: 0 });
  await expect(lockSite(paths, { waitMs: 0 })).rejects.toThrow(`in use by process ${process.pid};`);
  const second = lockSite(paths, { waitMs: 10_000 });
  await first.release();
  await (await second).release();
});

/** Another process that takes the lock as this program does, and keeps it until it is killed. */
const holdLock = `
  const database = new (require('better-sqlite3'))(process.argv[1]);
  database.exec('BEGIN IMMEDIATE');
  console.log('locked');
  setInterval(() => undefined, 1000);
`;

test('the lock of a process ends with it, also where that was killed', async () => {
  await mkdir(new URL('.', paths.lockFile), { recursive: true });
  const other = spawn(process.execPath, ['--eval', holdLock, fileURLToPath(paths.lockFile)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(other.stdout, 'data');
  await expect(lockSite(paths, { waitMs: 0 })).rejects.toThrow('that is just starting');
  other.kill('SIGKILL');
  await once(other, 'exit');
  await (await lockSite(paths, { waitMs: 0 })).release();
}, 60_000);
