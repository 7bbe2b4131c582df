/** Why an export that was accepted ended in the state `error` (`error.code` of the detail body, an extension). */
export const failureCodes = [
  'source-unavailable',
  'source-corrupt',
  'source-changed',
  'unsupported-geometry',
  'invalid-request',
  'disk-full',
  'format-limit',
  'crs-operation',
  'gdal-missing',
  'gdal-failed',
  'gdal-hung',
  'archive-corrupt',
  'cancelled',
  'process-died',
  'time-limit',
  'memory-limit',
  'storage',
  'internal',
] as const;

/** A failure code. */
export type FailureCode = (typeof failureCodes)[number];
