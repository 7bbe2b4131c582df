import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, parse } from 'node:path';

import { withDiskErrors } from '../formats/block-file.ts';
import { inParallel } from '../gdal/in-parallel.ts';
import type { RasterFile } from '../source/layer.ts';
import { makeWholeFile } from '../source/whole-file.ts';
import { describeRaster } from './describe-raster.ts';
import { findEpsg } from './find-epsg.ts';
import { listRasterFiles, rasterModified, rasterVersion } from './raster-files.ts';
import type { RasterTile } from './raster-tile.ts';
import { findMixture } from './vrt-mixture.ts';
import { VrtTrees } from './vrt-sources.ts';

/** What a raster layer is made of; kept beside the data until a file changes. */
export interface RasterSurvey {
  readonly version: number;
  /** ISO 8601, UTC. */
  readonly modified: string;
  /** One or more, sorted by name; the names differ. */
  readonly tiles: readonly RasterTile[];
}

/** A `.prj` is a few lines of text. */
const maxPrjBytes = 100_000;
/** Changes when what is kept has another form. */
const surveyForm = 2;

/**
 * Describes all tiles of a raster layer, or returns what is kept in the cache folder where no file has changed. The
 * source is only read.
 *
 * @throws EngineError `source-unavailable` | `source-corrupt` | `gdal-missing`
 */
export async function surveyRasterHere(source: RasterFile, cacheFolder: string): Promise<RasterSurvey> {
  const trees = new VrtTrees();
  const version = rasterVersion(source.path, trees);
  const key = createHash('sha256')
    .update(`${source.path} ${source.crs ?? ''}`)
    .digest('hex')
    .slice(0, 32);
  const path = join(cacheFolder, `${version.toString(16)}-${key}.raster${surveyForm}.json`);
  const kept = readSurvey(path, version);
  if (kept !== null) return kept;
  const modified = rasterModified(source.path, trees);
  const survey = { version, modified, tiles: await describeTiles(source, trees) };
  keep(path, cacheFolder, survey);
  return survey;
}

async function describeTiles(source: RasterFile, trees: VrtTrees): Promise<RasterTile[]> {
  const described = await inParallel(listRasterFiles(source.path), {
    most: availableParallelism(),
    work: (path) => describeRaster(path, { trees }),
  });
  const tiles = withDifferentNames(await withFoundCrs(described));
  return source.crs === undefined
    ? inParallel(tiles, { most: 1, work: (tile) => withMixture(tile, trees) })
    : tiles.map((tile) => ({ ...tile, crs: source.crs!, namesCrs: false }));
}

async function withMixture(tile: RasterTile, trees: VrtTrees): Promise<RasterTile> {
  const tree = trees.of(tile.path);
  const mixture = tree === null ? null : await findMixture(tree);
  return mixture === null ? tile : { ...tile, mixture };
}

/**
 * A CRS that is written without its EPSG number, or in a `.prj` beside a file that says nothing, is looked up by what it
 * says, once for each way of saying it.
 */
async function withFoundCrs(tiles: readonly RasterTile[]): Promise<RasterTile[]> {
  const found = new Map<string, string | null>();
  const result: RasterTile[] = [];
  for (const tile of tiles) {
    const written = tile.crs === null ? writtenCrs(tile) : null;
    if (written !== null && !found.has(written.digest))
      found.set(written.digest, await findEpsg(written.path));
    result.push(written === null ? tile : { ...tile, crs: found.get(written.digest) ?? null });
  }
  return result;
}

/** Where a tile's CRS is written out; null where nothing says it. */
function writtenCrs({ path, crsDigest }: RasterTile): { path: string; digest: string } | null {
  if (crsDigest !== null) return { path, digest: crsDigest };
  const { dir, name } = parse(path);
  const beside = ['.prj', '.PRJ'].map((ending) => join(dir, name + ending)).find((file) => existsSync(file));
  if (beside === undefined || statSync(beside).size > maxPrjBytes) return null;
  return { path: beside, digest: readFileSync(beside, 'utf8') };
}

/** Names become names of files: `a.tif` and `a.jp2` of one folder are told apart by their ending. */
function withDifferentNames(tiles: readonly RasterTile[]): RasterTile[] {
  const counts = new Map<string, number>();
  for (const { name } of tiles) counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1);
  return tiles.map((tile) =>
    counts.get(tile.name.toLowerCase()) === 1
      ? tile
      : { ...tile, name: `${tile.name}-${parse(tile.path).ext.slice(1)}` },
  );
}

function readSurvey(path: string, version: number): RasterSurvey | null {
  try {
    const survey = JSON.parse(readFileSync(path, 'utf8')) as RasterSurvey;
    return survey.version === version && Array.isArray(survey.tiles) ? survey : null;
  } catch {
    return null;
  }
}

function keep(path: string, cacheFolder: string, survey: RasterSurvey): void {
  withDiskErrors(cacheFolder, () => mkdirSync(cacheFolder, { recursive: true }));
  makeWholeFile(path, (temporary) =>
    withDiskErrors(temporary, () => writeFileSync(temporary, JSON.stringify(survey))),
  );
}
