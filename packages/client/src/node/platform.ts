import type { Platform } from '../platform.ts';
import { createFileSink } from './create-file-sink.ts';
import { createSha256 } from './create-sha256.ts';
import { environmentKey } from './environment-key.ts';

/** Node, and runtimes that act like it. */
export const platform: Platform = { environmentKey, setsUserAgent: true, createSha256, createFileSink };
