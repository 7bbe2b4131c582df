import { constants } from 'node:fs';
import { copyFile, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';

import { hasCode } from '@outcrop/engine';

import { placeFile } from './durable-file.ts';
import { streamOfFile } from './file-stream.ts';
import { checkKey, checkPrefix, isKey } from './object-key.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import { StorageError } from './storage-error.ts';

/** No key begins with a dot, so that drafts are never taken for objects. */
const draftsName = '.drafts/';

/**
 * Keeps objects as files in a folder.
 *
 * Where an object is missing, and the folder is no longer the one it was at first, as when a disk is unmounted, that is a
 * failure of the store: nobody must take its objects for removed.
 */
export function fileObjectStore(folder: URL): ObjectStore {
  const first = identify(folder);
  const present = async <T>(found: T | null): Promise<T | null> => {
    if (found === null) await checkSame(folder, await first);
    return found;
  };
  const place = async (key: string, file: URL, keepsSource: boolean): Promise<void> => {
    await placeFile(file, locate(folder, key), { drafts: new URL(draftsName, folder), keepsSource });
  };
  const list = (prefix: string): AsyncGenerator<StoredObject> => {
    checkPrefix(prefix);
    return walk(folder, prefix);
  };
  return {
    async put(key, file, { signal } = {}) {
      signal?.throwIfAborted();
      await place(key, file, false);
    },
    async putFile(key, file, { signal } = {}) {
      signal?.throwIfAborted();
      await place(key, file, true);
    },
    async fetchTo(key, file, { signal } = {}) {
      signal?.throwIfAborted();
      return fetchFile(folder, key, file);
    },
    stat: async (key) => present(await describe(folder, key)),
    async read(key, range) {
      // Opened here, so that a missing file is an answer and not an event of a stream that nobody listens to.
      const handle = await present(await orNull(open(locate(folder, key))));
      if (handle === null) return null;
      const last = (await handle.stat()).size - 1;
      const { start, end } = range ?? { start: 0, end: last };
      return streamOfFile({ handle, range: { start, end: Math.min(end, last) } });
    },
    list,
    async delete(key) {
      await rm(locate(folder, key), { force: true });
      await removeEmptyFolders(folder, key);
    },
    async deletePrefix(prefix) {
      for await (const { key } of list(prefix)) {
        await rm(locate(folder, key), { force: true });
        await removeEmptyFolders(folder, key);
      }
    },
    deleteUnfinished: (before) => deleteDrafts(new URL(draftsName, folder), before),
    sign: null,
  };
}

/** Which folder it is, whatever it is called; null where there is none yet. */
async function identify(folder: URL): Promise<string | null> {
  const found = await orNull(stat(folder));
  return found === null ? null : `${found.dev}:${found.ino}`;
}

async function checkSame(folder: URL, first: string | null): Promise<void> {
  if (first === null || (await identify(folder)) === first) return;
  const message = `The folder ${folder.pathname} is not the one that the site was started with; is its disk mounted?`;
  throw new StorageError(message, { code: 'OTHER_FOLDER', isRetryable: true });
}

function locate(folder: URL, key: string): URL {
  checkKey(key);
  return new URL(key, folder);
}

async function fetchFile(folder: URL, key: string, file: URL): Promise<boolean> {
  const draft = new URL(`${file.href}.part`);
  try {
    await copyFile(locate(folder, key), draft, constants.COPYFILE_FICLONE);
    await rename(draft, file);
    return true;
  } catch (error) {
    await rm(draft, { force: true });
    if (hasCode(error, 'ENOENT') && (await describe(folder, key)) === null) {
      return false;
    }
    throw error;
  }
}

async function describe(folder: URL, key: string): Promise<StoredObject | null> {
  const found = await orNull(stat(locate(folder, key)));
  return found === null || !found.isFile() ? null : { key, bytes: found.size, modifiedAt: found.mtime };
}

async function* walk(root: URL, prefix: string): AsyncGenerator<StoredObject> {
  const entries = await orNull(readdir(new URL(prefix, root), { withFileTypes: true }));
  for (const entry of entries ?? []) {
    const key = prefix + entry.name;
    if (entry.isDirectory() && !entry.name.startsWith('.')) {
      yield* walk(root, `${key}/`);
    } else if (entry.isFile() && isKey(key)) {
      const found = await describe(root, key);
      if (found !== null) {
        yield found;
      }
    }
  }
}

/** Removes the folders of a key, from the innermost, as far as nothing else is in them. */
async function removeEmptyFolders(root: URL, key: string): Promise<void> {
  const parts = key.split('/').slice(0, -1);
  try {
    for (; parts.length > 0; parts.pop()) {
      await rmdir(new URL(`${parts.join('/')}/`, root));
    }
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) {
      throw error;
    }
  }
}

async function deleteDrafts(drafts: URL, before: Date): Promise<number> {
  let count = 0;
  for (const name of (await orNull(readdir(drafts))) ?? []) {
    const draft = new URL(name, drafts);
    const found = await orNull(stat(draft));
    if (found !== null && found.mtime < before) {
      await rm(draft, { force: true });
      count += 1;
    }
  }
  return count;
}

async function orNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) {
      return null;
    }
    throw error;
  }
}
