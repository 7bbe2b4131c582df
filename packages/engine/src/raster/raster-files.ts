import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { basename, extname, join, parse } from 'node:path';

import { EngineError } from '../engine-error.ts';
import { companionExtensions, rasterExtensions } from './raster-drivers.ts';
import { sourcesOf, VrtTrees } from './vrt-sources.ts';

/** A folder with more files is no layer of tiles. */
const maxTiles = 200_000;

/**
 * The files of a raster layer, sorted by name: the tiles of a folder, or the one file.
 *
 * @throws EngineError `source-unavailable`
 */
export function listRasterFiles(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new EngineError('source-unavailable', `${path} is not there.`);
  if (!stats.isDirectory()) return [path];
  const names = rasterNames(entriesOf(path));
  if (names.length === 0) {
    throw new EngineError('source-unavailable', `${path} is a folder without rasters.`);
  }
  // A VRT beside tiles is an index of them.
  const tiles = names.filter((name) => extname(name).toLowerCase() !== '.vrt');
  return (tiles.length === 0 ? names : tiles).map((name) => join(path, name));
}

/** The names of those files of a folder that are rasters by their ending, or by what lies beside them. */
export function rasterNames(names: readonly string[]): string[] {
  const known = new Set(names.map((name) => name.toLowerCase()));
  return names.filter((name) => {
    const extension = extname(name).toLowerCase();
    if ((rasterExtensions as readonly string[]).includes(extension)) return true;
    const stem = name.slice(0, -extension.length).toLowerCase();
    return (companionExtensions[extension] ?? []).some((ending) => known.has(stem + ending));
  });
}

/**
 * A number that changes when a raster, a file beside it, or one of the files that a VRT is made of changes.
 *
 * @throws EngineError `source-unavailable`
 */
export function rasterVersion(path: string, trees?: VrtTrees): number {
  const hash = createHash('sha256');
  for (const file of fingerprintedFiles(path, trees)) {
    const stats = statSync(file, { throwIfNoEntry: false, bigint: true });
    hash.update(
      stats === undefined ? `${file} gone\n` : `${basename(file)} ${stats.size} ${stats.mtimeNs}\n`,
    );
  }
  return Number.parseInt(hash.digest('hex').slice(0, 13), 16);
}

/** The last change of any file of a raster, ISO 8601 in UTC. */
export function rasterModified(path: string, trees?: VrtTrees): string {
  let latest = 0;
  for (const file of fingerprintedFiles(path, trees)) {
    latest = Math.max(latest, statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  }
  return new Date(latest).toISOString();
}

function fingerprintedFiles(path: string, trees = new VrtTrees()): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new EngineError('source-unavailable', `${path} is not there.`);
  if (stats.isDirectory()) return entriesOf(path).map((name) => join(path, name));
  const { dir, name, base } = parse(path);
  const beside = entriesOf(dir).filter((entry) => entry === base || entry.startsWith(`${name}.`));
  const sources = sourcesOf(trees.of(path) ?? []);
  return [...beside.map((entry) => join(dir, entry)), ...sources];
}

/** Names of a folder's files, sorted; hidden ones are left out. */
function entriesOf(folder: string): string[] {
  const entries: Dirent[] = readdirSync(folder, { withFileTypes: true });
  if (entries.length > maxTiles) {
    throw new EngineError('source-unavailable', `${folder} has more than ${maxTiles} files.`);
  }
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .toSorted((a, b) => (a < b ? -1 : 1));
}
