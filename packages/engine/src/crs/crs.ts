import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** A coordinate reference system of the EPSG registry. Coordinates are always x/y: easting/northing, lon/lat. */
export interface Crs {
  /** `EPSG:n`. */
  readonly code: string;
  readonly epsg: number;
  readonly name: string;
  readonly kind: 'projected' | 'geographic';
  /** `metre`, `degree`, `US survey foot`, ... */
  readonly unit: string;
  /** PROJ's string. */
  readonly proj4: string;
  /** WKT 1, or null where the registry has none. */
  readonly wkt: string | null;
  /** west, south, east, north in degrees; east is less than west where it crosses the antimeridian. */
  readonly areaOfUse: readonly [number, number, number, number] | null;
  /** Longitude in the middle of the plane, in degrees: 180 away from it the plane has its seam. */
  readonly centralMeridian: number;
}

interface EpsgEntry {
  readonly code: string;
  readonly kind: string;
  readonly name: string;
  readonly wkt: string | null;
  readonly proj4: string | null;
  /** north, west, south, east */
  readonly bbox: readonly [number, number, number, number] | null;
  readonly unit: string | null;
}

const usableKinds: Readonly<Record<string, Crs['kind']>> = {
  'CRS-PROJCRS': 'projected',
  'CRS-GEOGCRS': 'geographic',
  'CRS-GEOG3DCRS': 'geographic',
};

/** What is called EPSG beyond it are codes of Esri's, which PROJ does not know by that name (EPSG guidance note 7-1). */
const greatestEpsgCode = 32_767;

/**
 * Finds a CRS by its code. Null where the code is not `EPSG:n`, is not in the registry, or is not a CRS of the plane
 * (vertical, geocentric, compound and engineering systems).
 */
export function findCrs(code: string): Crs | null {
  const epsg = /^EPSG:([1-9]\d{0,6})$/i.exec(code.trim())?.[1];
  if (epsg === undefined || Number(epsg) > greatestEpsgCode) return null;
  const entry = readEntry(epsg);
  const kind = entry === null ? undefined : usableKinds[entry.kind];
  if (entry === null || kind === undefined || entry.proj4 === null) return null;
  const box = entry.bbox;
  return {
    code: `EPSG:${epsg}`,
    epsg: Number(epsg),
    name: entry.name,
    kind,
    unit: entry.unit?.startsWith('degree') === true ? 'degree' : (entry.unit ?? 'unknown'),
    proj4: entry.proj4,
    wkt: entry.wkt,
    areaOfUse: box === null ? null : [box[1], box[2], box[3], box[0]],
    centralMeridian: centralMeridian(entry.proj4),
  };
}

/** One file for each code: the registry in one piece takes 60 MB of memory in each thread. */
function readEntry(epsg: string): EpsgEntry | null {
  try {
    return require(`epsg-index/s/${epsg}.json`) as EpsgEntry;
  } catch {
    return null;
  }
}

/** What a caller outside the engine may know of a CRS. */
export type CrsDescription = Pick<Crs, 'code' | 'name' | 'kind' | 'unit' | 'areaOfUse'>;

/** Describes a CRS that exports can be in; null where the code is unknown or not usable. */
export function describeCrs(code: string): CrsDescription | null {
  const crs = findCrs(code);
  if (crs === null) return null;
  const { name, kind, unit, areaOfUse } = crs;
  return { code: crs.code, name, kind, unit, areaOfUse };
}

function centralMeridian(proj4: string): number {
  const zone = /\+proj=utm .*\+zone=(\d+)/.exec(proj4)?.[1];
  if (zone !== undefined) return Number(zone) * 6 - 183;
  const meridian = /\+lon_0=(-?[\d.]+)|\+lonc=(-?[\d.]+)/.exec(proj4);
  return Number(meridian?.[1] ?? meridian?.[2] ?? 0);
}
