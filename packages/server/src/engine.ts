import * as engine from '@outcrop/engine';

/** What the site asks of the engine. Tests put a small one in its place. */
export type Engine = Pick<
  typeof engine,
  | 'listGeoPackageTables'
  | 'surveyTable'
  | 'sourceVersion'
  | 'parseRegion'
  | 'describeCrs'
  | 'producibleFormats'
  | 'importFile'
  | 'describePostgisTable'
  | 'listCropFeatures'
  | 'readCropFeature'
  | 'checkExport'
  | 'runExportInProcess'
>;

/** The engine itself. */
export const outcropEngine: Engine = engine;

/** Count and extent of a table. */
export type TableSummary = Awaited<ReturnType<Engine['surveyTable']>>;
