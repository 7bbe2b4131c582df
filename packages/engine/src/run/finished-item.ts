import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import type { ItemReport } from '@outcrop/contract';

import { hasCode } from '../has-code.ts';
import type { EarlyPieces } from '../archive/early-pieces.ts';
import { engineVersion } from '../engine-version.ts';
import type { ItemFile, ItemResult } from './run-item.ts';

/** An item that is done, as the packing needs it. */
export interface FinishedItem {
  readonly report: ItemReport;
  /** Its files, sorted by name. */
  readonly files: readonly (ItemFile & { readonly bytes: number })[];
  /** When its data were last changed: ISO 8601, UTC. */
  readonly modified: string;
  readonly crop: { readonly repaired: string | null; readonly tolerance: string } | null;
  /** What of its files this process has compressed already. */
  readonly early?: EarlyPieces | undefined;
}

/** What `finished.json` says; its presence says that the item is done. */
interface Checkpoint extends Omit<FinishedItem, 'files' | 'early'> {
  readonly engine: string;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

const checkpointFile = 'finished.json';

/** The folder of an item that is done. Its files are in `files/`; what they are says `finished.json`. */
function finishedFolder(workFolder: string, index: number): string {
  return join(workFolder, 'items', String(index));
}

/** The files of an item that is done, and what says so, which comes last. */
export interface FinishedItemFiles {
  /** Paths below the item's folder, with slashes. */
  readonly names: readonly string[];
  /** Absolute. */
  readonly folder: string;
}

/** The files of an item that is done, to keep them elsewhere; null where it is not done. */
export function finishedItemFiles(workFolder: string, index: number): FinishedItemFiles | null {
  const item = readFinishedItem(workFolder, index);
  if (item === null) return null;
  const names = item.files.map(({ name }) => `files/${name}`);
  return { names: [...names, checkpointFile], folder: finishedFolder(workFolder, index) };
}

/**
 * Puts an item that was kept elsewhere in its place. False where its files are not those of an item that is done: then it will
 * be made again.
 *
 * @param folder what `finishedItemFiles` named, in the same places; it is moved, or removed.
 */
export function adoptFinishedItem(workFolder: string, index: number, folder: string): boolean {
  const target = finishedFolder(workFolder, index);
  mkdirSync(dirname(target), { recursive: true });
  putInPlace(folder, { workFolder, index });
  rmSync(folder, { recursive: true, force: true });
  return readFinishedItem(workFolder, index) !== null;
}

/** A folder to make an item in, which nobody else has. Those that a killed run left are removed. */
export function startItem(workFolder: string, index: number, attempt: string): string {
  const parent = join(workFolder, 'items');
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    if (name.startsWith(`${index}.`)) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const folder = join(parent, `${index}.${attempt}`);
  mkdirSync(folder);
  return folder;
}

/** Where in its folder an item's files are made. */
export function filesFolder(folder: string): string {
  return join(folder, 'files');
}

/**
 * Makes an item a finished one: from now on it is there as a whole, whatever happens to this process. Where another run has
 * finished it meanwhile, that one stays: they are the same.
 */
export function finishItem(
  result: ItemResult,
  place: { folder: string; workFolder: string; index: number },
): FinishedItem {
  const { report, survey, crop } = result;
  const checkpoint: Checkpoint = {
    engine: engineVersion(),
    report,
    files: result.files.map(({ name, path }) => ({ name, bytes: statSync(path).size })),
    modified: survey.modified,
    crop: crop === null ? null : { repaired: crop.projected.repaired, tolerance: crop.projected.tolerance },
  };
  writeFileSync(join(place.folder, checkpointFile), JSON.stringify(checkpoint));
  const target = finishedFolder(place.workFolder, place.index);
  putInPlace(place.folder, place);
  return { ...withPaths(checkpoint, target), early: result.early };
}

/** How often what is in the way is taken for a rest: each time but the last another run has put it there. */
const mostTries = 10;

/** What another run, whose worker was believed to be dead, has finished in the same moment is left: it is never removed under a reader. */
function putInPlace(folder: string, { workFolder, index }: { workFolder: string; index: number }): void {
  const target = finishedFolder(workFolder, index);
  for (let tries = 1; readFinishedItem(workFolder, index) === null; tries += 1) {
    try {
      renameSync(folder, target);
      return;
    } catch (error) {
      if (!hasCode(error, 'ENOTEMPTY', 'EEXIST') || tries === mostTries) throw error;
      if (readFinishedItem(workFolder, index) === null) rmSync(target, { recursive: true, force: true });
    }
  }
}

/** An item that an earlier run has finished; null where it has not, or its files are not what they were, or another engine made them. */
export function readFinishedItem(workFolder: string, index: number): FinishedItem | null {
  const folder = finishedFolder(workFolder, index);
  const file = join(folder, checkpointFile);
  if (!existsSync(file)) return null;
  const checkpoint = JSON.parse(readFileSync(file, 'utf8')) as Checkpoint;
  const item = withPaths(checkpoint, folder);
  const isWhole = item.files.every(
    ({ path, bytes }) => statSync(path, { throwIfNoEntry: false })?.size === bytes,
  );
  return isWhole && checkpoint.engine === engineVersion() ? item : null;
}

function withPaths({ files, report, modified, crop }: Checkpoint, folder: string): FinishedItem {
  const inside = filesFolder(folder);
  return { report, modified, crop, files: files.map((file) => ({ ...file, path: join(inside, file.name) })) };
}
