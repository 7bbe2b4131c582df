import * as engine from '@outcrop/engine';

/** What the site asks of the engine. Tests put a small one in its place. */
export type Engine = Pick<
  typeof engine,
  | 'listGeoPackageTables'
  | 'surveyTable'
  | 'sourceVersion'
  | 'rasterVersion'
  | 'rasterNames'
  | 'vrtSources'
  | 'summariseRaster'
  | 'parseRegion'
  | 'describeCrs'
  | 'producibleFormats'
  | 'importFile'
  | 'describePostgisTable'
  | 'listCropFeatures'
  | 'readCropFeature'
  | 'checkExport'
  | 'engineVersion'
  | 'runInProcess'
  | 'finishedItemFiles'
  | 'adoptFinishedItem'
>;

/** The engine itself. */
export const outcropEngine: Engine = engine;

/** What a raster layer looks like. */
export type RasterSummary = Awaited<ReturnType<Engine['summariseRaster']>>;

/** Count and extent of a table. */
export type TableSummary = Awaited<ReturnType<Engine['surveyTable']>>;
