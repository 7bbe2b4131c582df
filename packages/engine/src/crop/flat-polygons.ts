import { type Envelope, type GeometryArray, geometryKind } from '../features/geometry-array.ts';
import { GeometryBuilder } from '../features/geometry-builder.ts';
import { WkbReader } from '../features/wkb-reader.ts';
import { WkbWriter } from '../features/wkb-writer.ts';
import type { Polygons } from './polygon-wkb.ts';

/** Polygons in flat arrays, which a region of a million vertices needs: nested ones take ten times the memory. */
export interface FlatPolygons {
  /** x and y of each position; the last of a ring is its first again. */
  readonly coordinates: Float64Array;
  /** The position with which each ring begins, and at last one past the last. */
  readonly ringStarts: Uint32Array;
  /** The ring with which each polygon begins, the outer one, and at last one past the last. */
  readonly polygonRings: Uint32Array;
}

/** How many polygons they are. */
export function polygonCount({ polygonRings }: FlatPolygons): number {
  return polygonRings.length - 1;
}

/** Nested polygons, flat. */
export function flattenPolygons(polygons: Polygons): FlatPolygons {
  const rings = polygons.flat();
  const ringStarts = new Uint32Array(rings.length + 1);
  for (const [ring, positions] of rings.entries())
    ringStarts[ring + 1] = ringStarts[ring]! + positions.length;
  const polygonRings = new Uint32Array(polygons.length + 1);
  for (const [index, polygon] of polygons.entries())
    polygonRings[index + 1] = polygonRings[index]! + polygon.length;
  const coordinates = new Float64Array(ringStarts[rings.length]! * 2);
  let k = 0;
  for (const ring of rings) {
    for (const position of ring) {
      coordinates[k++] = position[0]!;
      coordinates[k++] = position[1]!;
    }
  }
  return { coordinates, ringStarts, polygonRings };
}

/** Flat polygons, nested. */
export function nestPolygons({ coordinates, ringStarts, polygonRings }: FlatPolygons): Polygons {
  const ringOf = (ring: number): [number, number][] => {
    const first = ringStarts[ring]!;
    return Array.from({ length: ringStarts[ring + 1]! - first }, (_, k) => {
      const at = (first + k) * 2;
      return [coordinates[at]!, coordinates[at + 1]!];
    });
  };
  return Array.from({ length: polygonRings.length - 1 }, (_, polygon) => {
    const first = polygonRings[polygon]!;
    return Array.from({ length: polygonRings[polygon + 1]! - first }, (__, ring) => ringOf(first + ring));
  });
}

/** One of several polygons. Its coordinates are the same memory. */
export function onePolygon(polygons: FlatPolygons, index: number): FlatPolygons {
  const { coordinates, ringStarts, polygonRings } = polygons;
  const [first, end] = [polygonRings[index]!, polygonRings[index + 1]!];
  const start = ringStarts[first]!;
  return {
    coordinates: coordinates.subarray(start * 2, ringStarts[end]! * 2),
    ringStarts: ringStarts.slice(first, end + 1).map((position) => position - start),
    polygonRings: Uint32Array.of(0, end - first),
  };
}

/** All polygons of several lists in one. */
export function joinPolygons(lists: readonly FlatPolygons[]): FlatPolygons {
  const [only] = lists;
  if (lists.length === 1 && only !== undefined) return only;
  const builder = new GeometryBuilder(false, false);
  for (const list of lists) {
    const source = asGeometry(list);
    for (let part = 0; part < source.partCount; part++) builder.appendPart(source, part);
  }
  return ofBuilder(builder);
}

/** Polygons as the WKB of one MultiPolygon. */
export function flatToWkb(polygons: FlatPolygons): Uint8Array {
  const writer = new WkbWriter();
  writer.write(asGeometry(polygons), 0, { promote: false });
  return writer.bytesFrom(0);
}

/** The polygons of a WKB geometry, whatever else it holds: of a collection, its polygons. */
export function flatFromWkb(wkb: Uint8Array): FlatPolygons {
  const builder = new GeometryBuilder(false, false);
  new WkbReader(builder).append(wkb, 0);
  const kinds = builder.partKinds.subarray(0, builder.partCount);
  if (kinds.every((kind) => kind === geometryKind.polygon)) return ofBuilder(builder);
  const polygons = new GeometryBuilder(false, false);
  for (const [part, kind] of kinds.entries())
    if (kind === geometryKind.polygon) polygons.appendPart(builder, part);
  return ofBuilder(polygons);
}

/** The envelope of polygons. */
export function flatEnvelope({ coordinates }: Pick<FlatPolygons, 'coordinates'>): Envelope {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let k = 0; k < coordinates.length; k += 2) {
    const x = coordinates[k]!;
    const y = coordinates[k + 1]!;
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
  }
  return [minX, minY, maxX, maxY];
}

function ofBuilder(builder: GeometryBuilder): FlatPolygons {
  return {
    coordinates: builder.coordinates.subarray(0, builder.positionCount * 2),
    ringStarts: builder.ringStarts.subarray(0, builder.ringCount + 1),
    polygonRings: builder.partRings.subarray(0, builder.partCount + 1),
  };
}

/** As one feature: a multipolygon. */
function asGeometry({ coordinates, ringStarts, polygonRings }: FlatPolygons): GeometryArray {
  const partCount = polygonRings.length - 1;
  return {
    length: 1,
    partCount,
    ringCount: ringStarts.length - 1,
    positionCount: coordinates.length / 2,
    stride: 2,
    hasZ: false,
    hasM: false,
    kinds: Uint8Array.of(geometryKind.multiPolygon),
    featureParts: Uint32Array.of(0, partCount),
    partKinds: new Uint8Array(partCount).fill(geometryKind.polygon),
    partRings: polygonRings,
    ringStarts,
    coordinates,
  };
}
