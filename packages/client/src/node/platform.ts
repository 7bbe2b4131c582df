import type { Platform } from '../platform.ts';
import { createFileSink } from './create-file-sink.ts';
import { createSha256 } from './create-sha256.ts';
import { environmentKey } from './environment-key.ts';
import { fetchArchive } from './fetch-archive.ts';

/** Node, and runtimes that act like it. */
export const platform: Platform = {
  environmentKey,
  setsUserAgent: true,
  fetchArchive,
  createSha256,
  createFileSink,
};
