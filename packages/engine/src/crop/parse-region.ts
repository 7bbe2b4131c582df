import type { Region } from '../plan/request.ts';

/** A region, or what is wrong with it: sentences that name the place, the value and the remedy. */
export type ParsedRegion =
  | { readonly region: Region; readonly issues: [] }
  | { readonly region: null; readonly issues: string[] };

/** What a region may be, and what it is called. */
export interface RegionOptions {
  /** Unlimited where absent. */
  readonly maxVertices?: number;
  /** The name of the crop feature it is. */
  readonly name?: string;
}

/** Longitudes may run beyond 180 on either side, as Koordinates sites do across the antimeridian. */
const longitudes = { least: -360, most: 540 } as const;
/** More are not told: whoever sends a thousand bad positions has one mistake. */
const maxIssues = 5;

/**
 * Reads an extent that came from outside: a GeoJSON Polygon or MultiPolygon in EPSG:4326 (wire contract, section 9).
 * Either ring order is accepted, closure is required, heights are dropped. Self-crossing rings are accepted here; they
 * are repaired, and that is said, when the export is checked.
 */
export function parseRegion(geometry: unknown, options: RegionOptions = {}): ParsedRegion {
  const reader = new RegionReader();
  const polygons = reader.readGeometry(geometry);
  const limit = options.maxVertices ?? Infinity;
  if (reader.issues.length === 0 && reader.vertices > limit) {
    reader.issues.push(
      `It has ${reader.vertices} vertices; ${limit} are allowed. Simplify it, or use its bounding box.`,
    );
  }
  if (reader.issues.length > 0) return { region: null, issues: reader.issues.slice(0, maxIssues) };
  return {
    region: {
      geometry: { type: 'MultiPolygon', coordinates: polygons },
      name: options.name ?? null,
      notices: [...reader.notices],
    },
    issues: [],
  };
}

type Ring = [number, number][];

class RegionReader {
  readonly issues: string[] = [];
  readonly notices = new Set<string>();
  vertices = 0;

  readGeometry(geometry: unknown): Ring[][] {
    if (typeof geometry !== 'object' || geometry === null || !('type' in geometry)) {
      return this.#refuse('It must be a GeoJSON Polygon or MultiPolygon, or the URL of a crop feature.');
    }
    const coordinates: unknown = 'coordinates' in geometry ? geometry.coordinates : undefined;
    if (geometry.type === 'Polygon') return [this.#readPolygon(coordinates, 'coordinates')];
    if (geometry.type === 'MultiPolygon') {
      if (!Array.isArray(coordinates) || coordinates.length === 0)
        return this.#refuse('It is empty: draw at least three corners.');
      return coordinates.map((polygon: unknown, index) =>
        this.#readPolygon(polygon, `coordinates[${index}]`),
      );
    }
    const isWrapped = geometry.type === 'Feature' || geometry.type === 'FeatureCollection';
    const remedy = isWrapped
      ? 'send the geometry inside it'
      : 'only Polygon and MultiPolygon enclose an area';
    return this.#refuse(`It is a ${describe(geometry.type)}; ${remedy}.`);
  }

  #readPolygon(polygon: unknown, path: string): Ring[] {
    if (!Array.isArray(polygon) || polygon.length === 0)
      return this.#refuse(`${path} is empty: draw at least three corners.`);
    return polygon.map((ring: unknown, index) => this.#readRing(ring, `${path}[${index}]`));
  }

  #readRing(ring: unknown, path: string): Ring {
    if (!Array.isArray(ring)) return this.#refuse(`${path} is not a list of positions.`);
    const positions: Ring = [];
    for (const [index, position] of ring.entries()) {
      const read = this.#readPosition(position, `${path}[${index}]`);
      if (read === null) return [];
      positions.push(read);
    }
    this.vertices += positions.length;
    const [first, last] = [positions[0], positions.at(-1)];
    if (first === undefined || last === undefined || positions.length < 3) {
      return this.#refuse(
        `${path} has ${positions.length} positions; a ring needs at least three corners and its first position again at the end.`,
      );
    }
    if (first[0] !== last[0] || first[1] !== last[1]) {
      return this.#refuse(
        `${path} is not closed: it begins at ${first.join(' ')} and ends at ${last.join(' ')}. Repeat the first position at the end.`,
      );
    }
    if (positions.length < 4) return this.#refuse(`${path} has two corners; a ring needs at least three.`);
    this.#noticeWideEdges(positions);
    return positions;
  }

  #readPosition(position: unknown, path: string): [number, number] | null {
    const values = Array.isArray(position) ? (position as unknown[]) : [];
    const [longitude, latitude] = values;
    if (
      typeof longitude !== 'number' ||
      typeof latitude !== 'number' ||
      !Number.isFinite(longitude) ||
      !Number.isFinite(latitude) ||
      // They are dropped, but whoever gets the extent back reads them.
      (values.length > 2 && !values.slice(2).every(Number.isFinite))
    ) {
      this.issues.push(`${path} must be a longitude and a latitude, not ${describe(position)}.`);
      return null;
    }
    if (Math.abs(latitude) > 90) {
      const hint =
        Math.abs(longitude) <= 90
          ? ' Longitude and latitude may be swapped.'
          : ' Positions are in degrees (EPSG:4326).';
      this.issues.push(`${path} has the latitude ${latitude}, which does not exist.${hint}`);
      return null;
    }
    if (longitude < longitudes.least || longitude > longitudes.most) {
      this.issues.push(
        `${path} has the longitude ${longitude}; -180 to 360 is meant. Positions are in degrees (EPSG:4326).`,
      );
      return null;
    }
    // Of what it has beside these nothing is kept; where that is nothing, no copy is made.
    return values.length === 2 ? (position as [number, number]) : [longitude, latitude];
  }

  /** A straight edge over more than half the world goes the long way, which is often not what was meant. */
  #noticeWideEdges(ring: Ring): void {
    for (let k = 1; k < ring.length; k++) {
      const [from, to] = [ring[k - 1]![0], ring[k]![0]];
      const width = Math.abs(to - from);
      if (width <= 180 || width >= 359.9) continue;
      const east = to < from ? `${to + 360}` : `${from + 360}`;
      this.notices.add(
        `An edge of the extent runs ${width} degrees, from longitude ${from} to ${to}, the long way round. If the short way across the antimeridian is meant, write ${east}, or split the extent at 180.`,
      );
    }
  }

  #refuse(issue: string): [] {
    this.issues.push(issue);
    return [];
  }
}

function describe(value: unknown): string {
  const text = JSON.stringify(headOf(value, 2)) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** The beginning of a value: what comes from outside may be nested deeper than the stack, or longer than memory. */
function headOf(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.slice(0, 80);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  if (Array.isArray(value)) return value.slice(0, 8).map((entry: unknown) => headOf(entry, depth - 1));
  const entries = Object.entries(value).slice(0, 8);
  return Object.fromEntries(entries.map(([key, entry]) => [key.slice(0, 80), headOf(entry, depth - 1)]));
}
