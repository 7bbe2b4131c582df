import { readdir, stat, statfs } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The file system that a folder is on, in bytes. */
export interface DiskSpace {
  readonly size: number;
  /** What a program without special rights may still use. */
  readonly free: number;
}

/** Null where the folder is not there. */
export async function diskSpace(folder: URL): Promise<DiskSpace | null> {
  try {
    const { blocks, bavail, bsize } = await statfs(fileURLToPath(folder));
    return { size: blocks * bsize, free: bavail * bsize };
  } catch {
    return null;
  }
}

/** How many files of a folder are looked at in search of its size; a work folder has far fewer. */
const maxFiles = 100_000;

/** Bytes of the files in a folder and below; 0 where it is not there. Files that vanish meanwhile do not count. */
export async function folderBytes(folder: URL): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries.filter((one) => one.isFile()).slice(0, maxFiles)) {
    const found = await stat(`${entry.parentPath}/${entry.name}`).catch(() => null);
    bytes += found?.size ?? 0;
  }
  return bytes;
}
