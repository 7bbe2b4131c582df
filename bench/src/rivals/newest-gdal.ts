import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { runMeasured, type SizedMeasurement } from '../measure/run-measured.ts';
import { gdalArguments } from './gdal-arguments.ts';
import { rivalPackage } from './rival-package.ts';
import { writeRegion } from './region-file.ts';
import type { Rival, RivalRun } from './rival.ts';
import { zipProduct } from './zip-product.ts';

/** What `ogr2ogr` does, called in the GDAL that the npm package gdal-async brings; then `zip -6`. */
export const newestGdal: Rival = {
  name: 'newest-gdal',
  describe: () => {
    const path = rivalPackage('gdal-async');
    if (path === null) return null;
    const { version } = createRequire(import.meta.url)(path) as { version: string };
    return `GDAL ${version}`;
  },
  run: convert,
};

/** Arguments: the package, the source, the layer, the product, the options as JSON. On every core, where GDAL can. */
const program = `
const [, , gdalPath, source, layer, target, options] = process.argv;
const gdal = require(gdalPath);
gdal.config.set('GDAL_NUM_THREADS', 'ALL_CPUS');
const input = gdal.open(source);
gdal.vectorTranslate(target, input, [...JSON.parse(options), layer]).close();
`;

async function convert(run: RivalRun): Promise<SizedMeasurement> {
  const { row, site, folder, timeoutMs } = run;
  await mkdir(`${folder}/product`);
  await writeFile(`${folder}/translate.cjs`, program);
  const region = await writeRegion(run);
  const made = await runMeasured(
    [
      process.execPath,
      'translate.cjs',
      rivalPackage('gdal-async') ?? '',
      fileURLToPath(site.layer(row.layer)),
      row.layer,
      `product/${row.layer}.${row.format.extension}`,
      JSON.stringify(gdalArguments(row, region)),
    ],
    { folder, timeoutMs },
  );
  return zipProduct(made, folder);
}
