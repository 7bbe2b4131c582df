import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { inParallel } from '../gdal/in-parallel.ts';
import { runGdal } from '../gdal/run-gdal.ts';
import { epsgOfWkt } from './epsg-of-wkt.ts';
import { findEpsg } from './find-epsg.ts';
import { sourceDrivers } from './raster-drivers.ts';
import type { VrtNode } from './vrt-sources.ts';

/** Two files that a VRT lays side by side, in different CRSs. GDAL takes the pixels of both as if they were in one. */
export interface VrtMixture {
  /** Names of the files, and `EPSG:n` or what else is known of their CRSs. */
  readonly files: readonly [readonly [name: string, crs: string], readonly [name: string, crs: string]];
}

/** As many as one program looks into; their names must fit into its arguments. */
const filesAtATime = 250;
const timeoutMs = 600_000;

/**
 * Looks into all files of a VRT, by its tree, for two that are laid side by side in different CRSs. Files that
 * say nothing of their CRS are taken to be in that of the others. What a VRT warps may be in any.
 *
 * @throws EngineError `gdal-missing`
 */
export async function findMixture(tree: readonly VrtNode[]): Promise<VrtMixture | null> {
  const mosaics = tree.filter(({ sources, isWarped }) => !isWarped && sources.length > 1);
  const files = [...new Set(mosaics.flatMap(({ sources }) => sources))];
  const crsOf = await nameCrs(await readCrs(files));
  for (const { sources } of mosaics) {
    const known = sources.filter((file) => crsOf.has(file));
    const [first] = known;
    const other = known.find((file) => crsOf.get(file) !== crsOf.get(first!));
    if (first === undefined || other === undefined) continue;
    const told = (file: string): [string, string] => [basename(file), briefly(crsOf.get(file)!)];
    return { files: [told(first), told(other)] };
  }
  return null;
}

/** What is wrong with a raster of such files, as a sentence behind its name. */
export function mixtureText({ files: [[name, crs], [otherName, otherCrs]] }: VrtMixture): string {
  return `is made of files in several CRSs: ${name} in ${crs}, ${otherName} in ${otherCrs}. Warp them to one with gdalwarp, or add \`crs: EPSG:n\` to the layer in outcrop.yaml if all are in that one and say it wrongly.`;
}

/** A WKT without a code, by the name that it begins with. */
function briefly(crs: string): string {
  return /^\w+\["([^"]*)"/.exec(crs)?.[1] ?? crs;
}

/** What GDAL says of the CRS of each file that it can read and that says one: `EPSG:n` or a WKT. */
async function readCrs(files: readonly string[]): Promise<Map<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'outcrop-vrt-'));
  try {
    const starts = Array.from({ length: Math.ceil(files.length / filesAtATime) }, (_, k) => k * filesAtATime);
    const found = await inParallel(starts, {
      most: availableParallelism(),
      work: (start, index) =>
        readSome(files.slice(start, start + filesAtATime), join(folder, `${index}.json`)),
    });
    return new Map(found.flat());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface TileIndex {
  readonly features: readonly {
    readonly properties: { readonly location: string; readonly crs?: string | null };
  }[];
}

/** One program for many files: a tenth of the time of one for each. */
async function readSome(files: readonly string[], index: string): Promise<[string, string][]> {
  const args = ['-f', 'GeoJSON', '-lyr_name', 'tiles', '-src_srs_name', 'crs', index, ...files];
  const drivers = [...sourceDrivers, 'GeoJSON'];
  await runGdal({ program: 'gdaltindex', args, drivers }, { timeoutMs, toleratesErrors: true });
  const { features } = JSON.parse(await readFile(index, 'utf8')) as TileIndex;
  return features.flatMap(({ properties: { location, crs } }) =>
    crs == null || crs === '' ? [] : [[location, crs] as [string, string]],
  );
}

/** What is said of the CRSs, in one way for each CRS that the EPSG registry has. */
async function nameCrs(said: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const [file, words] of said) {
    if (!names.has(words)) names.set(words, await nameOf(words, file));
  }
  return new Map([...said].map(([file, words]) => [file, names.get(words)!]));
}

async function nameOf(words: string, file: string): Promise<string> {
  if (words.startsWith('EPSG:')) return words;
  const epsg = epsgOfWkt(words);
  return epsg === null ? ((await findEpsg(file)) ?? words) : `EPSG:${epsg}`;
}
