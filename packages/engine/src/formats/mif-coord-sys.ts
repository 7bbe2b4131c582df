import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Crs } from '../crs/crs.ts';
import type { Envelope } from '../features/geometry-array.ts';
import { EngineError } from '../engine-error.ts';
import { runGdal } from '../gdal/run-gdal.ts';
import { RecentResults } from '../recent-results.ts';
import { withDiskErrors } from './block-file.ts';

/** GDAL's driver that knows how MapInfo names a CRS. */
const mapInfoDriver = 'MapInfo File';

/** More than the systems that one site's layers are asked for in. */
const known = new RecentResults<string>(200);

/** Digits of a bound, of which coordinates have at most a dozen. */
const boundDigits = 24;

/** A layer of one point, as the driver writes a head only where there is something. */
const layer =
  '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":1},"geometry":{"type":"Point","coordinates":[0,0]}}]}';

/**
 * The clause that names a CRS in a `.mif`, without its keyword: `Earth Projection 8, 117, "m", 173, 0, 0.9996, 1600000,
 * 10000000`. GDAL knows it, whose file of one point is looked into; remembered by each process. `NonEarth Units "m"` where
 * MapInfo has no way to say it.
 *
 * @throws EngineError `gdal-missing` | `gdal-hung` | `gdal-failed` | `disk-full`
 */
export function mifCoordSys(
  { code }: Crs,
  { folder, signal }: { folder: string; signal: AbortSignal | undefined },
): Promise<string> {
  return known.recall(code, async () => {
    const [source, product] = [join(folder, 'one-point.geojson'), join(folder, 'one-point.mif')];
    withDiskErrors(source, () => writeFileSync(source, layer));
    const args = ['-f', mapInfoDriver, '-dsco', 'FORMAT=MIF', '-a_srs', code, product, source];
    await runGdal({ program: 'ogr2ogr', args, drivers: ['GeoJSON', mapInfoDriver] }, { signal });
    const clause = /^CoordSys (.+?)\s*$/m.exec(readFileSync(product, 'latin1'))?.[1];
    if (clause !== undefined) return clause;
    throw new EngineError('gdal-failed', `GDAL's driver ${mapInfoDriver} has no words for ${code}.`);
  });
}

/** Whether a clause says nothing but the unit. */
export function isNonEarth(clause: string): boolean {
  return clause.startsWith('NonEarth');
}

/**
 * Such a clause with bounds, as MapInfo wants them there: around all that there is, a little larger. It has the same
 * length whatever they are.
 */
export function withBounds(clause: string, [minX, minY, maxX, maxY]: Envelope): string {
  const margin = Math.max((maxX - minX) / 100, (maxY - minY) / 100, 1);
  const [west, south] = [minX - margin, minY - margin].map((value) => boundText(Math.floor(value)));
  const [east, north] = [maxX + margin, maxY + margin].map((value) => boundText(Math.ceil(value)));
  return `${clause} Bounds (${west}, ${south}) (${east}, ${north})`;
}

function boundText(value: number): string {
  return (Number.isFinite(value) ? String(value) : '0').padStart(boundDigits);
}
