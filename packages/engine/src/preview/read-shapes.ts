import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import yauzl from 'yauzl';

import { EngineError } from '../engine-error.ts';
import type { GdalCommand } from '../gdal/gdal-command.ts';
import { runGdal } from '../gdal/run-gdal.ts';
import { previewBounds } from './preview-bounds.ts';
import { shapeFileDrivers } from './shape-files.ts';

/** A file that somebody gave. */
export interface ShapeFile {
  readonly bytes: Uint8Array;
  /** `zip`, `gpkg`, `kml` or `kmz`. */
  readonly type: string;
  /** `EPSG:n`, where the file itself does not say; null to take what it says. */
  readonly crs: string | null;
}

/** GeoJSON features in EPSG:4326, or why there are none. */
export type ReadShapes =
  | { readonly features: readonly unknown[]; readonly problem: null }
  | {
      readonly features: null;
      readonly problem: 'unknown-type' | 'unreadable' | 'unknown-crs' | 'no-polygon';
    };

const bounds = { ...previewBounds, timeoutMs: 20_000, maxOutputBytes: 40_000_000 } as const;
/** Of a zip: a large Shapefile of a region; GDAL would read it all, for seconds. */
const mostUnzippedBytes = 300_000_000;
const mostMembers = 1000;
const mostLayers = 20;
const mostFeatures = 1000;

/**
 * Reads the polygons of a zipped Shapefile, a GeoPackage or a KML with GDAL, in a folder of its own under a name of
 * ours: nothing of the file's own name or content becomes part of a command.
 *
 * @throws EngineError `gdal-hung` where the file takes too long, or too much comes out of it; `source-corrupt` where it is too
 *   large once it is unpacked; `gdal-missing`
 */
export async function readShapes(file: ShapeFile): Promise<ReadShapes> {
  const drivers = shapeFileDrivers[file.type];
  if (drivers === undefined) return { features: null, problem: 'unknown-type' };
  const folder = await mkdtemp(join(tmpdir(), 'outcrop-shape-'));
  try {
    const path = join(folder, `shape.${file.type}`);
    await writeFile(path, file.bytes);
    if (file.type === 'zip' || file.type === 'kmz') await refuseBombs(path);
    const source = file.type === 'zip' ? `/vsizip/${path}` : path;
    return await readLayers(source, file.crs, [...drivers, 'GeoJSON', 'GeoJSONSeq']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A zip says how large its members are; GDAL believes it too. */
async function refuseBombs(path: string): Promise<void> {
  let [bytes, members] = [0, 0];
  try {
    const zip = await yauzl.openPromise(path, { strictFileNames: false, decodeStrings: false });
    for await (const entry of zip.eachEntry())
      [bytes, members] = [bytes + entry.uncompressedSize, members + 1];
  } catch {
    // GDAL will say what is wrong with it.
    return;
  }
  if (bytes <= mostUnzippedBytes && members <= mostMembers) return;
  const detail = `The file is too large to be read here: it unpacks to ${bytes} bytes in ${members} files; at most ${mostUnzippedBytes} in ${mostMembers} are taken.`;
  throw new EngineError('source-corrupt', detail);
}

async function readLayers(
  source: string,
  crs: string | null,
  drivers: readonly string[],
): Promise<ReadShapes> {
  const { output } = await outputOf({ program: 'ogrinfo', args: ['-ro', '-q', source], drivers });
  if (output === null) return { features: null, problem: 'unreadable' };
  const layers = [...output.matchAll(/^\d+: (.*?)(?: \([^()]*\))?$/gm)]
    .map((match) => match[1]!)
    // A positional argument that looks like an option would be taken for one.
    .filter((layer) => layer !== '' && !layer.startsWith('-'));
  let problem: 'unreadable' | 'unknown-crs' | 'no-polygon' = 'no-polygon';
  for (const layer of layers.slice(0, mostLayers)) {
    const read = await readLayer({ source, layer, crs, drivers });
    if (typeof read === 'string') problem = read;
    else if (read.length > 0) return { features: read, problem: null };
  }
  return { features: null, problem };
}

async function readLayer(options: {
  source: string;
  layer: string;
  crs: string | null;
  drivers: readonly string[];
}): Promise<unknown[] | 'unknown-crs' | 'unreadable'> {
  const { source, layer, crs, drivers } = options;
  const args = [
    '-f',
    'GeoJSONSeq',
    '/vsistdout/',
    source,
    '-t_srs',
    'EPSG:4326',
    '-dim',
    'XY',
    '-wrapdateline',
    '-limit',
    String(mostFeatures),
    '-lco',
    'COORDINATE_PRECISION=8',
    '-nlt',
    'CONVERT_TO_LINEAR',
    '-nln',
    'shape',
    ...(crs === null ? [] : ['-s_srs', crs]),
    layer,
  ];
  const { output, complaint } = await outputOf({ program: 'ogr2ogr', args, drivers });
  if (output === null) return /-s_srs|coordinate system/i.test(complaint) ? 'unknown-crs' : 'unreadable';
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => JSON.parse(line) as unknown).filter(isPolygon);
}

/** What a program printed, or why it fails by itself: then the file is not what it should be. */
async function outputOf(
  command: GdalCommand,
): Promise<{ output: string; complaint: null } | { output: null; complaint: string }> {
  try {
    const { stdout } = await runGdal(command, bounds);
    return { output: stdout, complaint: null };
  } catch (error) {
    if (!(error instanceof EngineError) || error.program === null) throw error;
    if (error.code === 'gdal-failed') return { output: null, complaint: error.program.stderrTail };
    if (error.code !== 'gdal-hung') throw error;
    throw new EngineError('gdal-hung', `The file is too large to be read here: ${error.message}`, {
      cause: error,
      program: error.program,
    });
  }
}

function isPolygon(feature: unknown): boolean {
  if (typeof feature !== 'object' || feature === null || !('geometry' in feature)) return false;
  const { geometry } = feature;
  if (typeof geometry !== 'object' || geometry === null || !('type' in geometry)) return false;
  return geometry.type === 'Polygon' || geometry.type === 'MultiPolygon';
}
