import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { runMeasured, type SizedMeasurement } from '../measure/run-measured.ts';
import { writeRegion } from './region-file.ts';
import type { Rival, RivalRun } from './rival.ts';
import { zipProduct } from './zip-product.ts';

/** Debian's Python, whatever stands before it on the path. */
const python = '/usr/bin/python3';

/** geopandas, with the rtree that it needs to cut: what is in the region's box is read, cut, reprojected and written; then `zip -6`. */
export const geopandas: Rival = {
  name: 'geopandas',
  describe: () => {
    const { status, stdout } = spawnSync(
      python,
      ['-c', 'import rtree, geopandas; print(geopandas.__version__)'],
      {
        encoding: 'utf8',
      },
    );
    return status === 0 ? `geopandas ${stdout.trim()}` : null;
  },
  run: convert,
};

const program = `
import sys, geopandas
source, layer, region, epsg, driver, target = sys.argv[1:]
mask = geopandas.read_file(region)
frame = geopandas.read_file(source, layer=layer, bbox=tuple(mask.total_bounds))
if frame.crs != mask.crs: mask = mask.to_crs(frame.crs)
frame.clip(mask, keep_geom_type=True).to_crs(epsg=int(epsg)).to_file(target, driver=driver)
`;

async function convert(run: RivalRun): Promise<SizedMeasurement> {
  const { row, site, folder, timeoutMs } = run;
  const region = await writeRegion(run);
  if (region === null) throw new RangeError(`${row.id} has no region; geopandas is compared on crops only`);
  await mkdir(`${folder}/product`);
  await writeFile(`${folder}/crop.py`, program);
  const target = `product/${row.layer}.${row.format.extension}`;
  const source = fileURLToPath(site.layer(row.layer));
  const made = await runMeasured(
    [python, 'crop.py', source, row.layer, region.path, String(row.epsg), row.format.driver, target],
    { folder, timeoutMs },
  );
  return zipProduct(made, folder);
}
