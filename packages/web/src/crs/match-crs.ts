import type { CrsEntry } from '../api/extensions.ts';
import type { Box } from '../area/polygons.ts';
import { fold } from '../catalogue/filter-catalogue.ts';

/** Entries with their text to search in, made once: a keystroke then goes through 8,000 of them in a few milliseconds. */
export interface CrsIndex {
  readonly entries: readonly CrsEntry[];
  readonly texts: readonly string[];
}

/** What people call systems that are registered under other names. */
const nicknames: Readonly<Record<number, string>> = {
  3857: 'web mercator google osm',
  4326: 'gps wgs84 latitude longitude lat lon degrees',
  2193: 'nztm',
  27200: 'nzmg',
  27700: 'osgb bng british grid ordnance survey',
  2154: 'lambert 93',
  3035: 'laea europe',
  5070: 'conus albers',
};

/** Prepares a list for searching. */
export function indexCrs(entries: readonly CrsEntry[]): CrsIndex {
  return {
    entries,
    texts: entries.map(([epsg, name, , area]) => fold(`${epsg} ${name} ${area} ${nicknames[epsg] ?? ''}`)),
  };
}

/** The systems whose number, name or area holds every word. An exact number comes first, then shorter names. */
export function matchCrs({ entries, texts }: CrsIndex, text: string): CrsEntry[] {
  const wanted = fold(text)
    .replace(/^epsg:\s*/, '')
    .split(/[\s/,]+/)
    .filter(Boolean);
  if (wanted.length === 0) return [];
  const found = entries.filter((_, at) => wanted.every((word) => texts[at]!.includes(word)));
  const rank = ([epsg, name]: CrsEntry): number => {
    if (String(epsg) === wanted[0]) return -1;
    return String(epsg).startsWith(wanted[0] ?? '') ? 0 : 1 + name.length / 1000;
  };
  return found.sort((a, b) => rank(a) - rank(b) || a[0] - b[0]);
}

/** Systems that people use across borders: WGS 84 and Web Mercator. */
const common = [4326, 3857] as const;

/** Projected systems made for an area: those whose own area holds all of it, the tightest first. */
export function suggestCrs(entries: readonly CrsEntry[], box: Box | null, most = 4): CrsEntry[] {
  const world = entries.filter(([epsg]) => common.some((one) => one === epsg));
  if (box === null) return world;
  const fitting = entries
    .filter(
      ([epsg, name, isProjected, , area]) =>
        isProjected === 1 &&
        epsg !== 3857 &&
        area !== null &&
        holds(area, box) &&
        !/\(deprecated\)/.test(name),
    )
    .sort((a, b) => sizeOf(a[4]!) - sizeOf(b[4]!) || b[0] - a[0]);
  return [...fitting.slice(0, most), ...world];
}

/** Whether an area of use holds a box, whichever turns of the globe they are on. */
export function holds(area: readonly [number, number, number, number], box: Box): boolean {
  const [west, south, east, north] = area;
  const right = east < west ? east + 360 : east;
  const fits = (turn: number): boolean => box[0] + turn >= west - 0.01 && box[2] + turn <= right + 0.01;
  return box[1] >= south - 0.01 && box[3] <= north + 0.01 && [-360, 0, 360].some(fits);
}

function sizeOf([west, south, east, north]: readonly [number, number, number, number]): number {
  return (east < west ? east + 360 - west : east - west) * (north - south);
}
