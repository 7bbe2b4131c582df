import { isRecord } from '../is-record.ts';

/** A CRS as `EPSG:n`: the wire has a string in v1 and an object with that id in v1.x. */
export function readCrs(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return isRecord(value) && typeof value['id'] === 'string' ? value['id'] : null;
}
