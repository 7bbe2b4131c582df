import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { findCrs } from '../crs/crs.ts';

/**
 * A CRS in a list to choose from: number, name, whether it is projected, area of use in words, and as west, south,
 * east, north in degrees (east less than west across the antimeridian).
 */
export type CrsEntry = readonly [
  epsg: number,
  name: string,
  isProjected: 0 | 1,
  area: string,
  box: readonly [number, number, number, number] | null,
];

/** A CRS with what a map needs to draw in it. */
export interface CrsDefinition {
  readonly code: string;
  readonly name: string;
  /** PROJ's string. */
  readonly proj4: string;
  readonly unit: string;
  readonly areaOfUse: readonly [number, number, number, number] | null;
}

interface RegistryEntry {
  readonly code: string;
  readonly kind: string;
  readonly name: string;
  readonly proj4: string | null;
  readonly area: string | null;
  readonly bbox: readonly [number, number, number, number] | null;
}

/** Longest words of an area that are kept: the first say where it is. */
const mostAreaCharacters = 60;

/** Every CRS that exports can be in, as JSON: an array of `CrsEntry`. Reads the whole registry, so call it once. */
export function crsListHere(): string {
  const path = createRequire(import.meta.url).resolve('epsg-index/all.json');
  const registry = JSON.parse(readFileSync(path, 'utf8')) as Record<string, RegistryEntry>;
  const entries = Object.values(registry).flatMap((entry): CrsEntry[] => {
    const isProjected = entry.kind === 'CRS-PROJCRS';
    const isUsable = isProjected || entry.kind === 'CRS-GEOGCRS' || entry.kind === 'CRS-GEOG3DCRS';
    if (!isUsable || entry.proj4 === null) return [];
    return [
      [Number(entry.code), entry.name, isProjected ? 1 : 0, shorten(entry.area ?? ''), boxOf(entry.bbox)],
    ];
  });
  return JSON.stringify(entries);
}

/** The definition of a CRS; null where exports cannot be in it. */
export function defineCrs(code: string): CrsDefinition | null {
  const crs = findCrs(code);
  if (crs === null) return null;
  const { name, proj4, unit, areaOfUse } = crs;
  return { code: crs.code, name, proj4, unit, areaOfUse };
}

/** Ends with a whole word, and with none that leads on to what is left out. */
function shorten(area: string): string {
  const words = area.replace(/\.$/, '');
  if (words.length <= mostAreaCharacters) return words;
  const kept = words.slice(0, mostAreaCharacters).replace(/\s\S*$/, '');
  return `${kept.replace(/[\s,;:(–-]+$/, '')}…`;
}

/** The registry writes north, west, south, east. */
function boxOf(box: RegistryEntry['bbox']): CrsEntry[4] {
  if (box === null) return null;
  const round = (value: number): number => Math.round(value * 100) / 100;
  return [round(box[1]), round(box[2]), round(box[3]), round(box[0])];
}
