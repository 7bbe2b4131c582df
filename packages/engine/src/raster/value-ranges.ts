import { EngineError } from '../engine-error.ts';
import { inParallel } from '../gdal/in-parallel.ts';
import { type GdalRunOptions, runGdal } from '../gdal/run-gdal.ts';
import { rangeCommand } from './raster-commands.ts';
import type { RasterPlan } from './raster-plan.ts';

type Range = readonly [number, number];

/** The least and greatest value of each band over all tiles that are used, so that all are scaled alike. */
export async function findValueRanges(
  { pieces }: RasterPlan,
  { run, most }: { run: GdalRunOptions; most: number },
): Promise<readonly Range[]> {
  const paths = [...new Set(pieces.flatMap(({ tiles }) => tiles.map(({ path }) => path)))];
  const each = await inParallel(paths, { most, work: (path) => rangesOf(path, run) });
  return each.reduce((all, own) => own.map((range, band) => united(all[band], range)));
}

function united(a: Range | undefined, b: Range): Range {
  return a === undefined ? b : [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}

async function rangesOf(path: string, run: GdalRunOptions): Promise<Range[]> {
  const { stdout } = await runGdal(rangeCommand(path), { ...run, toleratesErrors: true });
  const { bands } = JSON.parse(stdout.replaceAll(/:\s*-?(?:nan|inf\w*)/gi, ':null')) as {
    bands: readonly { computedMin?: number | null; computedMax?: number | null }[];
  };
  const ranges = bands.map(({ computedMin, computedMax }): Range => [
    computedMin ?? Infinity,
    computedMax ?? -Infinity,
  ]);
  if (ranges.length === 0) throw new EngineError('source-corrupt', `${path} has no bands.`);
  return ranges;
}
