import { createHash } from 'node:crypto';

import type { ExportPlan } from '@outcrop/engine';

/**
 * What two requests have in common exactly when their archives are the same, byte for byte: the engine's version and the
 * whole plan, with the version of each layer, the region, the CRS, formats, options and names. SHA-256, in hexadecimal. Null for a
 * plan that reads a database, of whose data no version is known for sure.
 */
export function canonicalKey(plan: ExportPlan, engineVersion: string): string | null {
  if (plan.items.some(({ layer }) => 'connection' in layer.source)) {
    return null;
  }
  // Where caches are has no effect on an archive.
  const { cacheFolder: _, ...decisive } = plan;
  return createHash('sha256')
    .update(JSON.stringify([engineVersion, decisive]))
    .digest('hex');
}
