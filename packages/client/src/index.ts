export type {
  CropMode,
  ExportState,
  ExtentGeometry,
  Kind,
  MultiPolygon,
  Polygon,
  Position,
} from '@outcrop/contract';
export { Client, type ClientOptions } from './client.ts';
export { CropFeature } from './crop/crop-feature.ts';
export { CropLayer } from './crop/crop-layer.ts';
export type { CropFilters, CropOrder } from './crop/crop-attributes.ts';
export { CropFeatureManager } from './crop/crop-feature-manager.ts';
export { CropLayerManager } from './crop/crop-layer-manager.ts';
export { ApiError, type ApiErrorDetails } from './errors/api-error.ts';
export { AuthenticationError } from './errors/authentication-error.ts';
export { ConflictError } from './errors/conflict-error.ts';
export { ConnectionError } from './errors/connection-error.ts';
export { DownloadError } from './errors/download-error.ts';
export { ExportFailedError } from './errors/export-failed-error.ts';
export { type ErrorCode, errorCodes, ExportsError, isExportsError } from './errors/exports-error.ts';
export { InvalidArgumentError } from './errors/invalid-argument-error.ts';
export { NotFoundError } from './errors/not-found-error.ts';
export { PermissionError } from './errors/permission-error.ts';
export { RateLimitError } from './errors/rate-limit-error.ts';
export { TimeoutError } from './errors/timeout-error.ts';
export { ValidationError, type ValidationIssue } from './errors/validation-error.ts';
export type {
  ArchiveStream,
  DownloadedBlob,
  DownloadedFile,
  DownloadOptions,
  DownloadTarget,
  StreamedArchive,
} from './exports/download.ts';
export { Export, type ExportInit } from './exports/export.ts';
export type {
  Delivery,
  ExportItem,
  ExportStatus,
  ExportWideOptions,
  Extent,
  Failure,
  Formats,
  ItemOptions,
  ItemReference,
  Notify,
  QueuePosition,
  State,
} from './exports/export-fields.ts';
export type { ExportFilters, ExportOrder } from './exports/export-attributes.ts';
export { type CreateOptions, ExportManager } from './exports/export-manager.ts';
export {
  ExportValidationResponse,
  type InvalidDetail,
  type ItemValidation,
} from './exports/export-validation-response.ts';
export type { ReuseOptions } from './exports/find-reusable.ts';
export type { FormatLabels } from './exports/read-formats.ts';
export type { RunOptions, RunProgress, RunResult, RunTarget } from './exports/run.ts';
export type { NodeWritable } from './exports/stream-sink.ts';
export type { TransferOptions } from './exports/transfer-options.ts';
export type { ExportProgress, WaitOptions } from './exports/wait.ts';
export type { Fetch, RequestOptions } from './http/api-request.ts';
export type { Logger } from './http/logger.ts';
export type { RetryPolicy } from './http/retry-policy.ts';
export type { Layer, LayerData, LayerSummary } from './layers/layer.ts';
export { CatalogManager, type CatalogSearch } from './layers/catalog-manager.ts';
export type { LayerFilters, LayerOrder } from './layers/layer-attributes.ts';
export { LayerManager } from './layers/layer-manager.ts';
export type { Licence } from './layers/licence.ts';
export { Collection, type GetOptions } from './query/collection.ts';
export type { Filter, Order } from './query/list-attributes.ts';
export type { Page } from './query/page.ts';
export { Query } from './query/query.ts';
export type { TimeFilters } from './query/time-filters.ts';
export type { CamelName } from './query/wire-name.ts';
