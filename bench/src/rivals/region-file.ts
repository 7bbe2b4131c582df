import { writeFile } from 'node:fs/promises';

import { runMeasured } from '../measure/run-measured.ts';
import { studyArea } from '../data/study-area.ts';
import type { RivalRun } from './rival.ts';

/** A row's region in the layer's CRS, as a file, and its box there. */
export interface RegionFile {
  readonly path: string;
  /** Least x, least y, greatest x, greatest y, metres. */
  readonly box: readonly [number, number, number, number];
}

/** Writes the region of a row beside a rival's other files; null where the row has none. */
export async function writeRegion({ row, site, folder }: RivalRun): Promise<RegionFile | null> {
  if (row.regionVertices === null) return null;
  await writeFile(`${folder}/region.geojson`, JSON.stringify(site.region(row.regionVertices)));
  const path = `${folder}/region-${studyArea.epsg}.gpkg`;
  const target = ['-t_srs', `EPSG:${studyArea.epsg}`, path, 'region.geojson'];
  await runMeasured(['ogr2ogr', '-f', 'GPKG', '-overwrite', ...target], { folder });
  return { path, box: await readBox(path) };
}

async function readBox(file: string): Promise<RegionFile['box']> {
  const { default: SqliteDatabase } = await import('better-sqlite3');
  const database = new SqliteDatabase(file, { readonly: true });
  try {
    const box = database.prepare('SELECT min_x, min_y, max_x, max_y FROM gpkg_contents').raw().get();
    return box as [number, number, number, number];
  } finally {
    database.close();
  }
}
