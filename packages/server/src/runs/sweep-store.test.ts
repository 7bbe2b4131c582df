import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Database } from '../database/database.ts';
import { fileObjectStore } from '../storage/file-object-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { writeExport } from '../testing/new-export.ts';
import { openTestDatabase } from '../testing/open-test-database.ts';
import { RunStore } from './run-store.ts';
import { sweepStore } from './sweep-store.ts';
import { TaskStore } from './task-store.ts';

let folder: URL;
let store: ObjectStore;
let database: Database;

beforeAll(async () => {
  folder = pathToFileURL(`${await mkdtemp(join(tmpdir(), 'outcrop-sweep-'))}/`);
  store = fileObjectStore(folder);
  database = await openTestDatabase();
}, 60_000);

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

async function put(key: string): Promise<void> {
  const file = new URL('draft', folder);
  await writeFile(file, 'x');
  await store.put(key, file);
}

test('what no run knows is removed; archives, work in progress and what others keep there are not', async () => {
  const runs = new RunStore(database);
  const complete = await writeExport(database);
  const archive = { key: `${complete.runId}/first.zip`, bytes: 1, unzippedBytes: 1, sha256: 'x' };
  await runs.complete((await new TaskStore(database, 60).claim())!, archive);
  const active = await writeExport(database);
  const kept = [
    archive.key,
    `${active.runId}/attempt.zip`,
    `runs/${active.runId}/0/contents.json`,
    'backups/site.tar',
  ];
  const orphans = [
    `${complete.runId}/late.zip`,
    `runs/${complete.runId}/0/contents.json`,
    '99999/lost.zip',
    'runs/99999/0/0',
  ];
  for (const key of [...kept, ...orphans]) await put(key);
  expect(await sweepStore(store, runs, AbortSignal.abort())).toBe(0);
  expect(await sweepStore(store, runs)).toBe(orphans.length);
  const left: string[] = [];
  for await (const { key } of store.list('')) left.push(key);
  expect(left.toSorted()).toEqual(kept.toSorted());
  expect(await sweepStore(store, runs)).toBe(0);
});
