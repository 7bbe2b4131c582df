import { constants } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { hasCode } from '@outcrop/engine';

/**
 * Copies the files below a folder; where the file system can, they share their blocks. Files that vanish meanwhile, as archives
 * do whose time is over, are left out.
 *
 * @returns how many were copied.
 */
export async function copyArchives(from: URL, to: URL): Promise<number> {
  const source = fileURLToPath(from);
  const target = fileURLToPath(to);
  await mkdir(target, { recursive: true, mode: 0o700 });
  const entries = await readdir(source, { recursive: true, withFileTypes: true }).catch(() => []);
  let copied = 0;
  for (const entry of entries.filter((one) => one.isFile())) {
    const folder = `${target}/${relative(source, entry.parentPath)}`;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = `${entry.parentPath}/${entry.name}`;
    copied += await copyFile(path, `${folder}/${entry.name}`, constants.COPYFILE_FICLONE).then(
      () => 1,
      vanished,
    );
  }
  return copied;
}

function vanished(error: unknown): 0 {
  if (hasCode(error, 'ENOENT')) {
    return 0;
  }
  throw error;
}
