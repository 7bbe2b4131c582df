import { findFormat, isSpatial } from '@outcrop/contract';

import type { ExportRequest } from './request.ts';

/**
 * The CRS that an export is in: the one asked for, else the only one that its formats can be in. KML needs none in the
 * request (wire contract, 5.2).
 */
export function exportCrs({ crs, formats, items }: ExportRequest): string | null {
  if (crs !== null) return crs;
  const fixed = items
    .filter(({ layer }) => isSpatial(layer.kind))
    .map(({ layer }) => findFormat(formats[layer.kind] ?? '')?.fixedCrs);
  return fixed.find((code) => code !== undefined) ?? null;
}
