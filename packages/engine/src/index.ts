export {
  type ArchiveVerification,
  type MemberVerification,
  verifyArchive,
} from './archive/verify-archive.ts';
export { parseRegion, type ParsedRegion, type RegionOptions } from './crop/parse-region.ts';
export { type CrsDescription, describeCrs } from './crs/crs.ts';
export { EngineError } from './engine-error.ts';
export { engineVersion } from './engine-version.ts';
export { producibleFormats } from './gdal-formats/producible-formats.ts';
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
export { type DescribedTable, describePostgisTable, type PostgisAddress } from './postgis/describe-table.ts';
export type { PostgisTable } from './postgis/postgis-table.ts';
export { slugify } from './plan/slug.ts';
export { type ProcessOptions, runInProcess } from './run/run-in-process.ts';
export { runExport, type RunOptions, type RunProgress, type RunResult } from './run/run-export.ts';
export { startWorkers, type WorkerTeam } from './run/worker-team.ts';
export { type ImportedLayer, type ImportReport } from './import/import-report.ts';
export { importFile, type ImportOptions } from './import/import-file.ts';
export { importableExtensions } from './import/source-formats.ts';
export { type CrsDefinition, type CrsEntry, defineCrs } from './preview/crs-list.ts';
export type { RegionInspection } from './preview/inspect-region.ts';
export type { LayerPreview, PreviewFeature, RegionCounts } from './preview/layer-preview.ts';
export { PreviewThread } from './preview/preview-thread.ts';
export { pictureRaster, type RasterPicture } from './preview/raster-picture.ts';
export { readArchiveMember } from './preview/read-member.ts';
export { type ReadShapes, readShapes, shapeFileTypes } from './preview/read-shapes.ts';
export { type CropFeature, listCropFeatures, readCropFeature } from './source/crop-features.ts';
export { sourceVersion } from './source/geopackage-file.ts';
export { type GeoPackageContents, listGeoPackageTables } from './source/geopackage-tables.ts';
export { rasterNames, rasterVersion, vrtSources } from './raster/raster-files.ts';
export { type RasterSummary, summariseRaster } from './raster/raster-summary.ts';
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
