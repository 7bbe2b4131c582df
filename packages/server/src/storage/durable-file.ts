import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises';

import { hasCode } from '@outcrop/engine';

/**
 * Moves a file to where it is to stay, in one step that others see, and durably: when this resolves, file and name are on
 * the disk. From another file system it is copied into the drafts first.
 *
 * @param options.drafts a folder on the file system of the target.
 * @param options.keepsSource copies in any case.
 */
export async function placeFile(
  source: URL,
  target: URL,
  options: { drafts: URL; keepsSource: boolean },
): Promise<void> {
  if (!options.keepsSource) {
    await syncFile(source);
    if (await tryRename(source, target)) {
      return;
    }
  }
  await mkdir(options.drafts, { recursive: true, mode: 0o700 });
  const draft = new URL(randomUUID(), options.drafts);
  try {
    await copyFile(source, draft, constants.COPYFILE_FICLONE);
    await syncFile(draft);
    await moveInto(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  if (!options.keepsSource) {
    await rm(source, { force: true });
  }
}

/** False where the two are on different file systems. */
async function tryRename(source: URL, target: URL): Promise<boolean> {
  try {
    await moveInto(source, target);
    return true;
  } catch (error) {
    if (hasCode(error, 'EXDEV')) {
      return false;
    }
    throw error;
  }
}

async function moveInto(source: URL, target: URL): Promise<void> {
  const folder = new URL('.', target);
  for (let attempt = 1; ; attempt += 1) {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      await rename(source, target);
    } catch (error) {
      // Whoever deletes the last object of a folder removes the folder, perhaps between these two lines.
      if (hasCode(error, 'ENOENT') && attempt < 5 && (await isThere(source))) {
        continue;
      }
      throw error;
    }
    await syncFolder(folder);
    if (made !== undefined) {
      await syncFolder(new URL('..', folder));
    }
    return;
  }
}

async function isThere(file: URL): Promise<boolean> {
  return open(file).then(
    async (handle) => {
      await handle.close();
      return true;
    },
    () => false,
  );
}

async function syncFile(file: URL): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Windows has no such thing: there a name is on the disk when its file is. */
async function syncFolder(folder: URL): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
