/** A point, a line or the rings of a polygon, each of positions. */
export interface ShapePart {
  readonly dimension: 0 | 1 | 2;
  readonly rings: readonly (readonly (readonly number[])[])[];
}

/** What a geometry is made of, whether it is called multiple or not; collections are taken apart. */
export type Shape = readonly ShapePart[];

/** Reads ISO WKB, of any byte order and with Z and M. Shares nothing with the engine's reader, which it is an oracle of. */
export function parseWkb(bytes: Uint8Array): Shape {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: ShapePart[] = [];
  let at = 0;
  const readGeometry = (): void => {
    const isLittle = view.getUint8(at) === 1;
    const code = view.getUint32(at + 1, isLittle);
    at += 5;
    const uint = (): number => {
      at += 4;
      return view.getUint32(at - 4, isLittle);
    };
    const dimensions = [2, 3, 3, 4][Math.trunc((code % 10_000) / 1000)]!;
    const position = (): number[] =>
      Array.from({ length: dimensions }, () => {
        at += 8;
        return view.getFloat64(at - 8, isLittle);
      });
    const positions = (): number[][] => Array.from({ length: uint() }, position);
    const kind = code % 1000;
    if (kind === 1) {
      const only = position();
      if (!Number.isNaN(only[0])) parts.push({ dimension: 0, rings: [[only]] });
    } else if (kind === 2) {
      const line = positions();
      if (line.length > 0) parts.push({ dimension: 1, rings: [line] });
    } else if (kind === 3) {
      const rings = Array.from({ length: uint() }, positions);
      if (rings.length > 0) parts.push({ dimension: 2, rings });
    } else {
      for (let rest = uint(); rest > 0; rest--) readGeometry();
    }
  };
  readGeometry();
  return parts;
}

/** The WKB inside a GeoPackage's blob; null where it says that it is empty. */
export function wkbOfBlob(blob: Buffer): Buffer {
  const envelope = [0, 32, 48, 48, 64][(blob[3]! >> 1) & 7]!;
  return blob.subarray(8 + envelope);
}

/** Around a shape in the plane; null where it has no positions. */
export function boxOf(shape: Shape): [number, number, number, number] | null {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { rings } of shape) {
    for (const [x, y] of rings.flat() as [number, number][]) {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
  }
  return box[0] === Infinity ? null : box;
}

/** A shape as GeoJSON text, in the plane. */
export function geoJsonOf(shape: Shape): string {
  const geometries = shape.map(({ dimension, rings }) => {
    const flat = rings.map((ring) => ring.map(([x, y]) => [x, y]));
    if (dimension === 0) return { type: 'Point', coordinates: flat[0]![0] };
    return dimension === 1
      ? { type: 'LineString', coordinates: flat[0] }
      : { type: 'Polygon', coordinates: flat };
  });
  const [only] = geometries;
  if (geometries.length === 1) return JSON.stringify(only);
  const kinds = new Set(geometries.map(({ type }) => type));
  if (kinds.size !== 1) return JSON.stringify({ type: 'GeometryCollection', geometries });
  const coordinates = geometries.map((one) => one.coordinates);
  return JSON.stringify({ type: `Multi${only!.type}`, coordinates });
}

/**
 * The largest distance between positions of two shapes of the same parts in the same order, where rings may begin elsewhere and
 * run the other way; Infinity where they are not alike. `dimensions` are those of both that are compared.
 */
export function positionDistance(a: Shape, b: Shape, dimensions: number): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (const [index, part] of a.entries()) {
    const other = b[index]!;
    if (part.dimension !== other.dimension || part.rings.length !== other.rings.length) return Infinity;
    for (const [place, ring] of part.rings.entries()) {
      const twin = other.rings[place]!;
      most = Math.max(
        most,
        part.dimension === 2 ? ringDistance(ring, twin, dimensions) : lineDistance(ring, twin, dimensions),
      );
    }
  }
  return most;
}

type Line = readonly (readonly number[])[];

function lineDistance(a: Line, b: Line, dimensions: number): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (const [index, position] of a.entries()) {
    for (let axis = 0; axis < Math.min(dimensions, position.length, b[index]!.length); axis++) {
      const gap = Math.abs(position[axis]! - b[index]![axis]!);
      if (gap > most) most = gap;
    }
  }
  return most;
}

function ringDistance(a: Line, b: Line, dimensions: number): number {
  const direct = lineDistance(a, b, dimensions);
  if (a.length !== b.length || direct < 1e-9) return direct;
  const open = b.slice(0, -1);
  let best = Math.min(direct, lineDistance(a, b.toReversed(), dimensions));
  const [x, y] = a[0] as [number, number];
  // Where the other ring may begin: at the positions nearest to where this one does.
  const starts = open
    .map(([u, v], index) => ({ index, gap: Math.abs(u! - x) + Math.abs(v! - y) }))
    .toSorted((one, two) => one.gap - two.gap)
    .slice(0, 3);
  for (const { index } of starts) {
    const turned = [...open.slice(index), ...open.slice(0, index), open[index]!];
    best = Math.min(
      best,
      lineDistance(a, turned, dimensions),
      lineDistance(a, turned.toReversed(), dimensions),
    );
  }
  return best;
}

interface GeoJsonGeometry {
  readonly type: string;
  readonly coordinates?: unknown;
  readonly geometries?: readonly GeoJsonGeometry[];
}

/** A shape of GeoJSON text. */
export function parseGeoJson(text: string): Shape {
  return partsOf(JSON.parse(text) as GeoJsonGeometry);
}

function partsOf({ type, coordinates, geometries }: GeoJsonGeometry): ShapePart[] {
  if (type === 'GeometryCollection') return (geometries ?? []).flatMap(partsOf);
  if (type.startsWith('Multi')) {
    return (coordinates as unknown[]).flatMap((one) => partsOf({ type: type.slice(5), coordinates: one }));
  }
  if ((coordinates as unknown[]).length === 0) return [];
  if (type === 'Point') return [{ dimension: 0, rings: [[coordinates as number[]]] }];
  if (type === 'LineString') return [{ dimension: 1, rings: [coordinates as number[][]] }];
  return [{ dimension: 2, rings: coordinates as number[][][] }];
}
