import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { adoptFinishedItem, finishedItemFiles } from '@outcrop/engine';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { fileObjectStore } from '../storage/file-object-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { deferred } from '../testing/deferred.ts';
import { CheckpointsInStore } from './checkpoints-in-store.ts';

let root: string;
let store: ObjectStore;
let checkpoints: CheckpointsInStore;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'outcrop-checkpoints-'));
  store = fileObjectStore(pathToFileURL(`${root}/store/`));
  checkpoints = new CheckpointsInStore(store, { adoptFinishedItem, finishedItemFiles });
});

afterEach(() => rm(root, { recursive: true }));

async function keys(): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list('')) found.push(key);
  return found.toSorted();
}

/** A finished item, as the engine leaves it. */
async function finishItem(folder: string, index: number): Promise<void> {
  const item = join(folder, 'items', String(index));
  await mkdir(join(item, 'files', 'Roads.gdb'), { recursive: true });
  await writeFile(join(item, 'files', 'Roads.gdb', 'a00.gdbtable'), 'table');
  await writeFile(join(item, 'files', 'Straßen & Wege.txt'), 'text');
  const { engineVersion } = await import('@outcrop/engine');
  const finished = {
    engine: engineVersion(),
    report: {},
    modified: '2026-01-01T00:00:00Z',
    crop: null,
    files: [
      { name: 'Roads.gdb/a00.gdbtable', bytes: 5 },
      { name: 'Straßen & Wege.txt', bytes: 4 },
    ],
  };
  await writeFile(join(item, 'finished.json'), JSON.stringify(finished));
}

test('an item that one worker has finished is there for another that shares nothing but the store', async () => {
  const [here, there] = [
    { runId: 12, folder: join(root, 'here') },
    { runId: 12, folder: join(root, 'there') },
  ];
  await finishItem(here.folder, 3);
  await checkpoints.save(here, 3);
  expect(await keys()).toEqual(['runs/12/3/0', 'runs/12/3/1', 'runs/12/3/2', 'runs/12/3/contents.json']);
  await mkdir(there.folder);
  await checkpoints.fetch(there, [2, 3]);
  expect(finishedItemFiles(there.folder, 3)).toEqual({
    folder: join(there.folder, 'items', '3'),
    names: ['files/Roads.gdb/a00.gdbtable', 'files/Straßen & Wege.txt', 'finished.json'],
  });
  expect(await readFile(join(there.folder, 'items/3/files/Straßen & Wege.txt'), 'utf8')).toBe('text');
  expect(await readdir(there.folder)).toEqual(['items']);
  expect(finishedItemFiles(there.folder, 2)).toBeNull();
  await checkpoints.remove(12);
  expect(await keys()).toEqual([]);
});

test('a transfer that fails leaves nothing of the others behind', async () => {
  const place = { runId: 1, folder: join(root, 'here') };
  await finishItem(place.folder, 0);
  await checkpoints.save(place, 0);
  const slow = deferred();
  const failing: ObjectStore = {
    ...store,
    fetchTo: async (key, file) => {
      if (key.endsWith('/1')) {
        setTimeout(slow.resolve, 50);
        throw new Error('503');
      }
      if (!key.endsWith('.json')) await slow.promise;
      return store.fetchTo(key, file);
    },
  };
  const there = { runId: 1, folder: join(root, 'there') };
  await mkdir(there.folder);
  const fetching = new CheckpointsInStore(failing, { adoptFinishedItem, finishedItemFiles }).fetch(
    there,
    [0],
  );
  await expect(fetching).rejects.toThrow('503');
  await slow.promise;
  expect(await readdir(there.folder)).toEqual([]);
});

test('what was kept in part is not there, and an item that is not done is not kept', async () => {
  const place = { runId: 1, folder: join(root, 'here') };
  await finishItem(place.folder, 0);
  await checkpoints.save(place, 0);
  await checkpoints.save(place, 1);
  await store.delete('runs/1/0/0');
  const there = { runId: 1, folder: join(root, 'there') };
  await mkdir(there.folder);
  await checkpoints.fetch(there, [0, 1]);
  expect(finishedItemFiles(there.folder, 0)).toBeNull();
});

test.each(['../../escape', '/etc/passwd', 'files/../../x', 'a\\..\\..\\x'])(
  'a name that leads out of the folder, such as %j, is refused',
  async (name) => {
    const draft = join(root, 'contents.json');
    await writeFile(draft, JSON.stringify([name]));
    await store.put('runs/1/0/contents.json', pathToFileURL(draft));
    const there = { runId: 1, folder: join(root, 'there') };
    await mkdir(there.folder);
    await expect(checkpoints.fetch(there, [0])).rejects.toThrow('contents.json');
    expect(await readdir(there.folder)).toEqual([]);
  },
);
