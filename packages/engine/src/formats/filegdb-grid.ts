import type { OutputSchema } from './output-schema.ts';

/** The grid on whose nodes a File Geodatabase keeps coordinates: whole numbers of steps from an origin. */
export interface FileGdbGrid {
  readonly xOrigin: number;
  readonly yOrigin: number;
  /** Steps in a unit of the CRS. */
  readonly xyScale: number;
  readonly zOrigin: number;
  readonly zScale: number;
  readonly mOrigin: number;
  readonly mScale: number;
}

/** Of Z and M: a tenth of a millimetre, from 100 km below on. */
const heights = { zOrigin: -100_000, zScale: 10_000, mOrigin: -100_000, mScale: 10_000 } as const;
/** A tenth of a millimetre, over all that 2^31 metres around the origin hold. */
const projected = { xOrigin: -2_147_483_647, yOrigin: -2_147_483_647, xyScale: 10_000, ...heights } as const;
/** A billionth of a degree, which is a tenth of a millimetre too. */
const geographic = { xOrigin: -400, yOrigin: -400, xyScale: 1_000_000_000, ...heights } as const;
/** How far apart positions must be to be two, as ArcGIS has it by default. */
const tolerances = { projected: 0.001, geographic: 0.000_000_008_983_153 } as const;

/**
 * The grid of a layer: what GDAL takes for a CRS in metres or degrees. It depends on nothing but the CRS, so that workers
 * know it before there is a geodatabase.
 */
export function fileGdbGrid({ geometry }: OutputSchema): FileGdbGrid {
  return geometry?.crs?.kind === 'geographic' ? geographic : projected;
}

/** The same as GDAL's options for the creation of a layer. */
export function gridOptions(schema: OutputSchema): Record<string, string> {
  const grid = fileGdbGrid(schema);
  const tolerance =
    schema.geometry?.crs?.kind === 'geographic' ? tolerances.geographic : tolerances.projected;
  return {
    XORIGIN: String(grid.xOrigin),
    YORIGIN: String(grid.yOrigin),
    XYSCALE: String(grid.xyScale),
    XYTOLERANCE: String(tolerance),
    ZORIGIN: String(grid.zOrigin),
    ZSCALE: String(grid.zScale),
    ZTOLERANCE: '0.001',
    MORIGIN: String(grid.mOrigin),
    MSCALE: String(grid.mScale),
    MTOLERANCE: '0.001',
  };
}
