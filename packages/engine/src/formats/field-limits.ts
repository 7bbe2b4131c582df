import { findFormat, type Mimetype } from '@outcrop/contract';

import { EngineError } from '../engine-error.ts';

/** Fields of a layer, at most, in formats that the engine writes itself. */
const limits: Readonly<Partial<Record<Mimetype, number>>> = {
  // Columns of a table (PostgreSQL, appendix K), but for the id and the geometry.
  'application/sql': 1600 - 2,
  'application/x-ogc-mapinfo_file+mif': 250,
};

/** Fields that a format has at most; undefined where the engine does not write it, or where there is no limit. */
export function fieldLimit(mimetype: string): number | undefined {
  return limits[findFormat(mimetype)?.mimetype ?? ('' as Mimetype)];
}

/** @throws EngineError `format-limit` where a format cannot hold so many fields */
export function checkFieldCount(mimetype: Mimetype, label: string, fields: number): void {
  const limit = limits[mimetype] ?? Infinity;
  if (fields <= limit) return;
  throw new EngineError(
    'format-limit',
    `${label} has at most ${limit} fields; these would be ${fields}. Choose fewer fields, or another format.`,
  );
}
