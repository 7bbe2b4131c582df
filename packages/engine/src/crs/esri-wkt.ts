import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import type { Crs } from './crs.ts';

const require = createRequire(import.meta.url);

/** The vendor's lists, by the kind of CRS. */
const lists = {
  projected: '@esri/proj-codes/pe_list_projcs.json',
  geographic: '@esri/proj-codes/pe_list_geogcs.json',
} as const;

/** Every entry of a list begins so. */
const entryStart = '{ "wkid":';

/** The CRS as the vendor of `.prj` files writes it; null for one that is not in their list. */
export function esriWkt(crs: Crs): string | null {
  const list = readFileSync(require.resolve(lists[crs.kind]), 'latin1');
  const latest = findEntry(list, 'latestWkid', crs.epsg);
  const own = findEntry(list, 'wkid', crs.epsg);
  const isReplaced = own !== null && numberIn(own, 'latestWkid') !== crs.epsg;
  const entry = isReplaced ? (latest ?? own) : (own ?? latest);
  const wkt = /"wkt":\s*("(?:[^"\\]|\\.)*")/.exec(entry ?? '')?.[1];
  return wkt === undefined ? null : (JSON.parse(wkt) as string);
}

/**
 * The text of the first entry with a number. The list is not parsed: it is 14 MB, which takes a fifth of a second and
 * 60 MB.
 */
function findEntry(list: string, key: string, value: number): string | null {
  const found = new RegExp(`"${key}":\\s*${value}\\b`).exec(list);
  if (found === null) return null;
  const start = list.lastIndexOf(entryStart, found.index);
  const end = list.indexOf(entryStart, found.index + 1);
  return list.slice(start, end < 0 ? undefined : end);
}

function numberIn(entry: string, key: string): number {
  return Number(new RegExp(`"${key}":\\s*(\\d+)`).exec(entry)?.[1]);
}
