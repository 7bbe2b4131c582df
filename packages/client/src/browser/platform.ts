import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import type { Platform } from '../platform.ts';
import { createSha256 } from './create-sha256.ts';

/** Browsers: no environment, no files. */
export const platform: Platform = {
  environmentKey: () => null,
  setsUserAgent: false,
  fetchArchive: (url, init) => fetch(url, init),
  createSha256,
  createFileSink: () =>
    Promise.reject(
      new InvalidArgumentError(
        'A browser cannot write to a path; download into a stream, or call downloadBlob()',
      ),
    ),
};
