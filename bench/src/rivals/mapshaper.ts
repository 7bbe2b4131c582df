import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runMeasured, type SizedMeasurement } from '../measure/run-measured.ts';
import { rivalPackage } from './rival-package.ts';
import { writeRegion } from './region-file.ts';
import type { Rival, RivalRun } from './rival.ts';
import { zipProduct } from './zip-product.ts';

/** Enough for half a million parcels; its default is not. */
const heapMegabytes = 12_000;

/** mapshaper: a Shapefile (made beforehand) is cut, reprojected and written; then `zip -6`. */
export const mapshaper: Rival = {
  name: 'mapshaper',
  describe: () => {
    const path = rivalPackage('mapshaper/package.json');
    if (path === null) return null;
    const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
    return `mapshaper ${version}`;
  },
  run: convert,
};

async function convert(run: RivalRun): Promise<SizedMeasurement> {
  const { row, site, folder, timeoutMs } = run;
  const region = await writeRegion(run);
  const main = rivalPackage('mapshaper/package.json');
  if (region === null || main === null) throw new RangeError(`${row.id} cannot be done by mapshaper`);
  await mkdir(`${folder}/product`);
  const source = fileURLToPath(site.layer(row.layer));
  await runMeasured(['ogr2ogr', 'source.shp', source, row.layer], { folder });
  await runMeasured(['ogr2ogr', 'region.shp', region.path], { folder });
  const made = await runMeasured(
    [
      process.execPath,
      `--max-old-space-size=${heapMegabytes}`,
      join(dirname(main), 'bin/mapshaper'),
      'source.shp',
      '-clip',
      'region.shp',
      '-proj',
      `EPSG:${row.epsg}`,
      '-o',
      `product/${row.layer}.shp`,
    ],
    { folder, timeoutMs },
  );
  return zipProduct(made, folder);
}
