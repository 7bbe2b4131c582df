import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { objectStoreContract } from '../testing/object-store.contract.ts';
import { fileObjectStore } from './file-object-store.ts';

async function temporaryFolder(parent = tmpdir()): Promise<URL> {
  return pathToFileURL(`${await mkdtemp(join(parent, 'outcrop-files-'))}/`);
}

const unfinished = (folder: URL): Promise<string[]> => readdir(new URL('.drafts/', folder)).catch(() => []);

describe('objects as files', () => {
  objectStoreContract(async () => {
    const folder = await temporaryFolder();
    return {
      store: fileObjectStore(folder),
      unfinished: () => unfinished(folder),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
    };
  });
});

/** Another file system than that of the temporary folder, where the machine has one. */
const otherDevice = await stat('/dev/shm').then(
  async ({ dev }) => (dev === (await stat(tmpdir())).dev ? null : '/dev/shm'),
  () => null,
);

describe('what only files have', () => {
  let folder: URL;

  beforeEach(async () => {
    folder = await temporaryFolder();
  });

  afterEach(() => rm(folder, { recursive: true }));

  test.runIf(otherDevice !== null)('a file of another file system is taken over too', async () => {
    const elsewhere = await temporaryFolder(otherDevice ?? '');
    try {
      const file = new URL('archive.zip', elsewhere);
      await writeFile(file, 'from afar');
      const store = fileObjectStore(folder);
      await store.put('1/archive.zip', file);
      expect(await new Response(await store.read('1/archive.zip')).text()).toBe('from afar');
      expect(await readdir(elsewhere)).toEqual([]);
      expect(await unfinished(folder)).toEqual([]);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  test('in a folder that is another than before, objects are out of reach and not removed', async () => {
    const file = new URL('draft', folder);
    await writeFile(file, 'an archive');
    const store = fileObjectStore(folder);
    await store.put('1/archive.zip', file);
    const away = new URL(`${folder.href.slice(0, -1)}-away/`);
    await rename(folder, away);
    const outOfReach = expect.objectContaining({ code: 'OTHER_FOLDER', isRetryable: true }) as Error;
    for (const mount of [null, folder]) {
      if (mount !== null) await mkdir(mount);
      await expect(store.stat('1/archive.zip')).rejects.toEqual(outOfReach);
      await expect(store.read('1/archive.zip')).rejects.toEqual(outOfReach);
    }
    await rm(folder, { recursive: true });
    await rename(away, folder);
    expect(await store.stat('1/archive.zip')).toMatchObject({ bytes: 10 });
    expect(await store.stat('2/archive.zip')).toBeNull();
  });

  test('a folder goes with its last object, and one that has others stays', async () => {
    const store = fileObjectStore(folder);
    for (const key of ['1/a/b', '1/c']) {
      await writeFile(new URL('draft', folder), key);
      await store.put(key, new URL('draft', folder));
    }
    await store.delete('1/a/b');
    expect(await readdir(new URL('1/', folder))).toEqual(['c']);
    await store.delete('1/c');
    expect(await readdir(folder)).toEqual([]);
  });

  test('drafts of puts that were killed are no objects, and go when they are old', async () => {
    const drafts = new URL('.drafts/', folder);
    await mkdir(drafts);
    await writeFile(new URL('old', drafts), 'x');
    await utimes(new URL('old', drafts), new Date(0), new Date(0));
    await writeFile(new URL('young', drafts), 'x');
    const store = fileObjectStore(folder);
    const listed = [];
    for await (const { key } of store.list('')) listed.push(key);
    expect(listed).toEqual([]);
    expect(await store.deleteUnfinished(new Date(Date.now() - 60_000))).toBe(1);
    expect(await unfinished(folder)).toEqual(['young']);
  });

  test('there are no signed addresses', () => {
    expect(fileObjectStore(folder).sign).toBeNull();
  });
});
