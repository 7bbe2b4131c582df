import { mkdir, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { BenchSite } from '../data/prepare-site.ts';
import { runMeasured } from '../measure/run-measured.ts';
import type { BenchRow } from './row.ts';
import type { SizedMeasurement } from './run-ours.ts';
import type { RegionGeometry } from '../data/region.ts';

type Command = readonly [string, ...string[]];

/**
 * Exports a row the way a careful user of GDAL would: `ogr2ogr` with the index's pre-filter and the layer options that
 * the format needs, then `zip -6`. The region is brought into the layer's CRS beforehand, untimed.
 */
export async function runRival(
  row: BenchRow,
  site: BenchSite,
  { folder, timeoutMs }: { folder: string; timeoutMs: number },
): Promise<SizedMeasurement> {
  await mkdir(`${folder}/rival`, { recursive: true });
  const region = row.regionVertices === null ? undefined : site.regions.get(row.regionVertices);
  const crop = region === undefined ? [] : await cropArguments(region, folder);
  const convert = await runMeasured(convertCommand(row, fileURLToPath(site.parcels), crop), {
    folder,
    timeoutMs,
  });
  if (convert.isStopped) return { ...convert, bytes: null };
  const zip = await runMeasured(['zip', '-6', '-q', '-r', 'rival.zip', 'rival'], { folder });
  return {
    seconds: convert.seconds + zip.seconds,
    peakMegabytes: Math.max(convert.peakMegabytes, zip.peakMegabytes),
    isStopped: false,
    bytes: (await stat(`${folder}/rival.zip`)).size,
  };
}

function convertCommand(row: BenchRow, parcels: string, crop: readonly string[]): Command {
  const { driver, extension, layerOptions } = row.format;
  const options = layerOptions.flatMap((option) => ['-lco', option]);
  const target = row.epsg === 2193 ? [] : ['-t_srs', `EPSG:${row.epsg}`];
  return [
    'ogr2ogr',
    '-f',
    driver,
    `rival/parcels.${extension}`,
    parcels,
    'parcels',
    ...target,
    ...options,
    ...crop,
  ];
}

async function cropArguments(region: RegionGeometry, folder: string): Promise<string[]> {
  await writeFile(`${folder}/region.geojson`, JSON.stringify(region));
  const target = ['-t_srs', 'EPSG:2193', 'region-2193.gpkg', 'region.geojson'];
  await runMeasured(['ogr2ogr', '-f', 'GPKG', '-overwrite', ...target], { folder });
  const box = await layerBox(`${folder}/region-2193.gpkg`);
  return ['-spat', ...box.map(String), '-clipsrc', 'region-2193.gpkg'];
}

async function layerBox(file: string): Promise<readonly number[]> {
  const { default: SqliteDatabase } = await import('better-sqlite3');
  const database = new SqliteDatabase(file, { readonly: true });
  try {
    const box = database.prepare('SELECT min_x, min_y, max_x, max_y FROM gpkg_contents').raw().get();
    return box as number[];
  } finally {
    database.close();
  }
}
