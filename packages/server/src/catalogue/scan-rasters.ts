import { basename, dirname, join, parse, relative, sep } from 'node:path';

import type { Engine, RasterSummary } from '../engine.ts';
import { readableTitle } from './readable-title.ts';
import type { FolderScan, FoundLayer, SkippedSource } from './scan-folder.ts';

/** Where rasters are looked for. */
export interface RasterScope {
  /** The site folder. */
  readonly root: string;
  readonly engine: Engine;
  readonly cacheFolder: string;
}

/**
 * Finds the rasters among the files of a site. A folder below the site's whose rasters are alike is one layer of tiles;
 * otherwise each file is a layer. Files that a VRT is made of belong to the VRT.
 *
 * @param files relative to the site folder, `/` between folders
 */
export async function scanRasters(files: readonly string[], scope: RasterScope): Promise<FolderScan> {
  const found: FoundLayer[] = [];
  const skipped: SkippedSource[] = [];
  const taken = new Set<string>();
  const rasters = rasterFiles(files, scope.engine);
  for (const file of rasters.filter(isVrt)) {
    for (const source of sourcesOf(file, scope)) taken.add(source);
  }
  const free = rasters.filter((file) => !taken.has(file));
  for (const [folder, names] of byFolder(free)) {
    const tiles =
      folder === '.' || names.length < 2 || names.some(isVrt) ? null : await tileLayer(folder, scope);
    if (tiles !== null) {
      found.push(tiles);
      continue;
    }
    for (const file of names) {
      const layer = await fileLayer(file, scope);
      if ('reason' in layer) skipped.push(layer);
      else found.push(layer);
    }
  }
  return { found, skipped };
}

function rasterFiles(files: readonly string[], engine: Engine): string[] {
  return [...byFolder(files)].flatMap(([folder, names]) =>
    engine
      .rasterNames(names.map((name) => basename(name)))
      .map((name) => (folder === '.' ? name : `${folder}/${name}`)),
  );
}

function byFolder(files: readonly string[]): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const file of files) {
    const folder = dirname(file);
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return folders;
}

function isVrt(file: string): boolean {
  return file.toLowerCase().endsWith('.vrt');
}

/** The files of a VRT, relative to the site folder; none of one that may not be used, which is told when it is read. */
function sourcesOf(file: string, { root, engine }: RasterScope): string[] {
  try {
    return engine.vrtSources(join(root, file)).map((path) => relative(root, path).split(sep).join('/'));
  } catch {
    return [];
  }
}

async function tileLayer(
  folder: string,
  { root, engine, cacheFolder }: RasterScope,
): Promise<FoundLayer | null> {
  try {
    const summary = await engine.summariseRaster({ path: join(root, folder), kind: 'raster' }, cacheFolder);
    return summary.isUniform
      ? { file: folder, title: readableTitle(basename(folder)), kind: summary.kind }
      : null;
  } catch {
    // One file that cannot be read: each is looked at for itself, and that one is told.
    return null;
  }
}

async function fileLayer(
  file: string,
  { root, engine, cacheFolder }: RasterScope,
): Promise<FoundLayer | SkippedSource> {
  try {
    const { kind }: RasterSummary = await engine.summariseRaster(
      { path: join(root, file), kind: 'raster' },
      cacheFolder,
    );
    return { file, title: readableTitle(parse(file).name), kind };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { path: file, table: null, reason: reason.replaceAll(root, '') };
  }
}
