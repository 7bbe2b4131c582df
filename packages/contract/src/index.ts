export type { Manifest, ManifestMember } from './archive/manifest.ts';
export type {
  CoordinateOperationReport,
  FeatureCounts,
  ItemReport,
  Loss,
  RasterItemReport,
  Report,
} from './archive/report.ts';
export { type CropMode, cropModes } from './crop-mode.ts';
export { type FailureCode, failureCodes } from './error-code.ts';
export { canTransition, type ExportState, exportStates, isTerminal } from './export-state.ts';
export { type FailureMeaning, failures } from './failure.ts';
export { findFormat, type Format, formatLabel, formats, type Mimetype } from './format.ts';
export type { ExtentGeometry, MultiPolygon, Polygon, Position, Ring } from './geojson.ts';
export { isSpatial, type Kind, kinds } from './kind.ts';
export { type LimitCode, limitCodes } from './limit-code.ts';
export { parseSpan } from './parse-span.ts';
export { type Reason, type ReasonCode, reasonCodes } from './reason.ts';
export { adminScope, type Scope, scopes, type TokenScope, tokenScopes } from './scope.ts';
export type { WireCropFeature, WireCropFeatureSummary, WireCropLayer } from './wire/crop-layer.ts';
export type { WireCrs } from './wire/crs.ts';
export type {
  WireConflict,
  WireErrorEnvelope,
  WireFieldErrors,
  WireLimitProblem,
  WireNoRoom,
  WireProblem,
} from './wire/error.ts';
export type {
  WireDelivery,
  WireDescribedExport,
  WireDescribedItem,
  WireExpandedExport,
  WireExportChange,
  WireExportDetail,
  WireExportRequest,
  WireExportSummary,
  WireExtent,
  WireFailure,
  WireItem,
  WireNotify,
  WireOptions,
  WireSource,
} from './wire/export.ts';
export type { WireFormatChoice, WireFormatField, WireFormatOptions } from './wire/format-options.ts';
export type { WireLayer, WireLayerService, WireLayerSummary, WireLicence } from './wire/layer.ts';
export type { WireNotification } from './wire/notification.ts';
export type { WireUser } from './wire/user.ts';
export type {
  WireDescribedValidation,
  WireItemValidation,
  WirePricedItemValidation,
  WireValidation,
} from './wire/validation.ts';
export { wireMimetype } from './wire-mimetype.ts';
