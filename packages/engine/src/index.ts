export type { ArchiveVerification, MemberVerification } from './archive/verify-archive.ts';
export { hasCode } from './has-code.ts';
export { parseRegion, type ParsedRegion, type RegionOptions } from './crop/parse-region.ts';
export { type CrsDescription, describeCrs } from './crs/crs.ts';
export { EngineError } from './engine-error.ts';
export {
  describePostgisTable,
  importFile,
  pictureRaster,
  producibleFormats,
  readArchiveMember,
  readCropFeature,
  readShapes,
  runInProcess,
  summariseRaster,
  verifyArchive,
} from './on-demand.ts';
export { engineVersion } from './engine-version.ts';
export { checkExportHere, type ExportCheck } from './plan/check.ts';
export { checkExport, surveyTable } from './plan/engine-thread.ts';
export type { ItemCheck } from './plan/item-check.ts';
export type { ExportPlan, PlannedItem } from './plan/plan.ts';
export type {
  ExportRequest,
  ItemOptions,
  PlanContext,
  RasterOptions,
  Region,
  RequestedItem,
} from './plan/request.ts';
export type { DescribedTable, PostgisAddress } from './postgis/describe-table.ts';
export type { PostgisTable } from './postgis/postgis-table.ts';
export { slugify } from './plan/slug.ts';
export { adoptFinishedItem, type FinishedItemFiles, finishedItemFiles } from './run/finished-item.ts';
export type { ProcessOptions } from './run/run-in-process.ts';
export { runExport, type RunOptions, type RunProgress, type RunResult } from './run/run-export.ts';
export { startWorkers, type WorkerTeam } from './run/worker-team.ts';
export type { ImportedLayer, ImportReport } from './import/import-report.ts';
export type { ImportOptions } from './import/import-file.ts';
export { importableExtensions } from './import/source-formats.ts';
export { type CrsDefinition, type CrsEntry, defineCrs } from './preview/crs-list.ts';
export type { RegionInspection } from './preview/inspect-region.ts';
export type { LayerPreview, RegionCounts } from './preview/layer-preview.ts';
export type { PreviewFeature } from './preview/preview-shapes.ts';
export { PreviewThread } from './preview/preview-thread.ts';
export type { RasterPicture } from './preview/raster-picture.ts';
export type { ReadShapes } from './preview/read-shapes.ts';
export { shapeFileTypes } from './preview/shape-files.ts';
export { type CropFeature, listCropFeatures } from './source/crop-feature-list.ts';
export { sourceVersion } from './source/geopackage-file.ts';
export { type GeoPackageContents, listGeoPackageTables } from './source/geopackage-tables.ts';
export { rasterNames, rasterVersion } from './raster/raster-files.ts';
export type { RasterSummary } from './raster/raster-summary.ts';
export { vrtSources } from './raster/vrt-sources.ts';
export type {
  Field,
  FieldType,
  GeometryColumn,
  GeometryType,
  GeoPackageTable,
  Layer,
  Licence,
  RasterFile,
  RasterKind,
} from './source/layer.ts';
export type { TableSummary } from './source/table-survey.ts';
export { inParallel } from './gdal/in-parallel.ts';
