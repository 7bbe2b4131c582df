import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { runMeasured, type SizedMeasurement } from '../measure/run-measured.ts';
import { gdalArguments } from './gdal-arguments.ts';
import { writeRegion } from './region-file.ts';
import type { Rival, RivalRun } from './rival.ts';
import { zipProduct } from './zip-product.ts';

/** The `ogr2ogr` of this machine, then `zip -6`. */
export const gdal: Rival = {
  name: 'gdal',
  describe: () => spawnSync('ogr2ogr', ['--version'], { encoding: 'utf8' }).stdout?.split(',')[0] ?? null,
  run: convert,
};

async function convert(run: RivalRun): Promise<SizedMeasurement> {
  const { row, site, folder, timeoutMs } = run;
  await mkdir(`${folder}/product`);
  const region = await writeRegion(run);
  const target = `product/${row.layer}.${row.format.extension}`;
  const source = fileURLToPath(site.layer(row.layer));
  const made = await runMeasured(['ogr2ogr', ...gdalArguments(row, region), target, source, row.layer], {
    folder,
    timeoutMs,
  });
  return zipProduct(made, folder);
}
