import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, parse, resolve, sep } from 'node:path';

import { EngineError } from '../engine-error.ts';
import { companionExtensions, rasterExtensions } from './raster-drivers.ts';

/** A folder with more files is no layer of tiles. */
const maxTiles = 200_000;
/** A VRT is text; those of a hundred thousand tiles have so many bytes. */
const maxVrtBytes = 200_000_000;

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
  const tiles = names.filter((name) => !isVrt(name));
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
export function rasterVersion(path: string): number {
  const hash = createHash('sha256');
  for (const file of fingerprintedFiles(path)) {
    const stats = statSync(file, { throwIfNoEntry: false, bigint: true });
    hash.update(
      stats === undefined ? `${file} gone\n` : `${basename(file)} ${stats.size} ${stats.mtimeNs}\n`,
    );
  }
  return Number.parseInt(hash.digest('hex').slice(0, 13), 16);
}

/** The last change of any file of a raster, ISO 8601 in UTC. */
export function rasterModified(path: string): string {
  let latest = 0;
  for (const file of fingerprintedFiles(path)) {
    latest = Math.max(latest, statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  }
  return new Date(latest).toISOString();
}

function fingerprintedFiles(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new EngineError('source-unavailable', `${path} is not there.`);
  if (stats.isDirectory()) return entriesOf(path).map((name) => join(path, name));
  const { dir, name, base } = parse(path);
  const beside = entriesOf(dir).filter((entry) => entry === base || entry.startsWith(`${name}.`));
  const sources = isVrt(path) ? vrtSources(path) : [];
  return [...beside.map((entry) => join(dir, entry)), ...sources];
}

function isVrt(path: string): boolean {
  return extname(path).toLowerCase() === '.vrt';
}

/**
 * The files that a VRT takes its pixels from.
 *
 * @throws EngineError `source-corrupt` where one is not a file in the VRT's folder or below: a VRT may name any file
 *   of the machine, and addresses of the network.
 */
export function vrtSources(path: string): string[] {
  const text = readVrt(path);
  const folder = dirname(realpathSync(path));
  const sources = new Set<string>();
  const pattern = /<(?:SourceFilename|SourceDataset)\b([^>]*)>([^<]*)</g;
  for (const [, attributes = '', name = ''] of text.matchAll(pattern)) {
    const isRelative = /relativeToVRT\s*=\s*["']1["']/i.test(attributes);
    const named = unescapeXml(name).trim();
    const file = isRelative ? join(folder, named) : resolve(named);
    if (!isFileBelow(folder, file)) {
      throw new EngineError(
        'source-corrupt',
        `${path} refers to ${JSON.stringify(named.slice(0, 200))}, which is not a file beside or below it. Put the VRT in the folder of its tiles, or above it.`,
      );
    }
    sources.add(file);
  }
  if (/<SrcSQL|<SrcDataSource|<PixelFunctionCode|VRTRawRasterBand|<OGRVRT/i.test(text)) {
    throw new EngineError(
      'source-corrupt',
      `${path} holds SQL, code or raw bytes, which a raster source may not.`,
    );
  }
  return [...sources];
}

function readVrt(path: string): string {
  if (statSync(path).size > maxVrtBytes) {
    throw new EngineError('source-corrupt', `${path} is too large for a VRT.`);
  }
  return readFileSync(path, 'utf8');
}

function isFileBelow(folder: string, file: string): boolean {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) return false;
  const real = realpathSync(file);
  return real.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function unescapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replaceAll(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name] ?? '');
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
