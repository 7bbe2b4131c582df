import type { GdalRunOptions } from '../gdal/run-gdal.ts';

/** What a program of GDAL may take of the machine while somebody waits at the page, whatever file it is given. */
export const previewBounds = {
  cacheBytes: 64 * 1024 ** 2,
  memoryBytes: 2_000_000_000,
  // What can be shown of a file with flaws is shown.
  toleratesErrors: true,
} as const satisfies GdalRunOptions;
