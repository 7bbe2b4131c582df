import { mkdir, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { BenchSite } from '../data/prepare-site.ts';
import { type Measurement, runMeasured } from '../measure/run-measured.ts';
import type { LongTailRow } from './long-tail-row.ts';

const outcrop = fileURLToPath(new URL('../../../packages/cli/bin/outcrop.js', import.meta.url));

/** What a row took: ours to the finished archive, the rival's conversion, and its archive. */
export interface LongTailResult {
  readonly id: string;
  readonly ours_s: number;
  readonly ogr2ogr_s: number;
  readonly zip_s: number;
  readonly ours_processor_s: number;
  readonly ogr2ogr_processor_s: number;
  readonly zip_processor_s: number;
  readonly ours_peak_mb: number;
  readonly ogr2ogr_peak_mb: number;
  readonly ours_mb: number;
  readonly rival_mb: number;
}

/** Measures a row: ours, then plain `ogr2ogr` and `zip -6`. The rival's region is in the layer's CRS beforehand. */
export async function measureRow(row: LongTailRow, site: BenchSite, folder: string): Promise<LongTailResult> {
  const ours = await runOurs(row, site, folder);
  await mkdir(`${folder}/rival`, { recursive: true });
  const crop = row.regionVertices === null ? [] : await cropArguments(row.regionVertices, site, folder);
  const { driver, extension, args } = row.format;
  const target = row.epsg === 2193 ? [] : ['-t_srs', `EPSG:${row.epsg}`];
  const product = `rival/parcels.${extension}`;
  const parcels = fileURLToPath(site.layer('parcels'));
  const convert = await runMeasured(
    ['ogr2ogr', '-f', driver, ...args, ...target, ...crop, product, parcels, 'parcels'],
    { folder },
  );
  const zip = await runMeasured(['zip', '-6', '-q', '-r', 'rival.zip', 'rival'], { folder });
  return {
    id: row.id,
    ours_s: ours.seconds,
    ogr2ogr_s: convert.seconds,
    zip_s: zip.seconds,
    ours_processor_s: ours.processorSeconds,
    ogr2ogr_processor_s: convert.processorSeconds,
    zip_processor_s: zip.processorSeconds,
    ours_peak_mb: ours.peakMegabytes,
    ogr2ogr_peak_mb: convert.peakMegabytes,
    ours_mb: (await stat(`${folder}/ours.zip`)).size / 1e6,
    rival_mb: (await stat(`${folder}/rival.zip`)).size / 1e6,
  };
}

async function runOurs(row: LongTailRow, site: BenchSite, folder: string): Promise<Measurement> {
  const request = {
    name: row.id,
    crs: `EPSG:${row.epsg}`,
    formats: { vector: row.format.mimetype },
    items: [{ item: `layers/${site.layerId('parcels')}` }],
    ...(row.regionVertices === null ? {} : { extent: site.region(row.regionVertices) }),
  };
  await writeFile(`${folder}/request.json`, JSON.stringify(request));
  const command = ['run', 'request.json', '--site', fileURLToPath(site.folder), '--output', 'ours.zip'];
  return runMeasured([process.execPath, outcrop, ...command], { folder });
}

async function cropArguments(vertices: number, site: BenchSite, folder: string): Promise<string[]> {
  await writeFile(`${folder}/region.geojson`, JSON.stringify(site.region(vertices)));
  const target = ['-t_srs', 'EPSG:2193', 'region.gpkg', 'region.geojson'];
  await runMeasured(['ogr2ogr', '-f', 'GPKG', '-overwrite', ...target], { folder });
  const { default: SqliteDatabase } = await import('better-sqlite3');
  const database = new SqliteDatabase(`${folder}/region.gpkg`, { readonly: true });
  const box = database
    .prepare('SELECT min_x, min_y, max_x, max_y FROM gpkg_contents')
    .raw()
    .get() as number[];
  database.close();
  return ['-spat', ...box.map(String), '-clipsrc', 'region.gpkg'];
}
