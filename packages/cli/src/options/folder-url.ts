import { statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

import { CommandFailure } from '../command-failure.ts';

/** The URL of a folder that someone named, with its slash. Fails where there is no such folder. */
export function folderUrl(folder: string, workingFolder: string): URL {
  const path = resolve(workingFolder, folder);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new CommandFailure([`${path} does not exist; name a folder with geodata`]);
  if (!stats.isDirectory())
    throw new CommandFailure([`${path} is not a folder; name the folder that the data are in`]);
  return pathToFileURL(path + sep);
}

/** The URL of a folder that is to be made, with its slash. */
export function newFolderUrl(folder: string, workingFolder: string): URL {
  return pathToFileURL(resolve(workingFolder, folder) + sep);
}
