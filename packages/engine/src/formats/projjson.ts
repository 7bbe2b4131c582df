import { spawnSync } from 'node:child_process';

import { childEnvironment } from '../child-environment.ts';
import type { Crs } from '../crs/crs.ts';

const timeoutMs = 10_000;
const maxBytes = 1_000_000;

/** A CRS as PROJJSON, by GDAL's own program; null where this machine has none that can tell. */
export function projJson(crs: Crs): unknown {
  const { status, stdout } = spawnSync('gdalsrsinfo', ['-o', 'PROJJSON', crs.code], {
    encoding: 'utf8',
    env: childEnvironment(),
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: timeoutMs,
    maxBuffer: maxBytes,
  });
  if (status !== 0) return null;
  try {
    return JSON.parse(stdout);
  } catch {
    return null;
  }
}
