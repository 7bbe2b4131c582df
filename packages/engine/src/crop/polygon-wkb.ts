import type { MultiPolygon } from '@outcrop/contract';

import { type Envelope, geometryKind } from '../features/geometry-array.ts';
import { GeometryBuilder } from '../features/geometry-builder.ts';
import { WkbReader } from '../features/wkb-reader.ts';
import { WkbWriter } from '../features/wkb-writer.ts';

/** Polygons as nested arrays: polygons, rings, positions `[x, y]`. */
export type Polygons = readonly (readonly (readonly (readonly number[])[])[])[];

/** Polygons as the WKB of one MultiPolygon. */
export function polygonsToWkb(polygons: Polygons): Uint8Array {
  const builder = new GeometryBuilder(false, false);
  for (const polygon of polygons) {
    for (const ring of polygon) {
      let k = builder.reserve(ring.length);
      for (const position of ring) {
        builder.coordinates[k++] = position[0]!;
        builder.coordinates[k++] = position[1]!;
      }
      builder.endRing(ring.length);
    }
    builder.endPart(geometryKind.polygon);
  }
  builder.endFeature(geometryKind.multiPolygon);
  const writer = new WkbWriter();
  writer.write(builder, 0, { promote: false });
  return Uint8Array.from(writer.bytesFrom(0));
}

/** The polygons of a WKB geometry, whatever else it holds: of a collection, its polygons. */
export function wkbToPolygons(wkb: Uint8Array): [number, number][][][] {
  const builder = new GeometryBuilder(false, false);
  new WkbReader(builder).append(wkb, 0);
  const polygons: [number, number][][][] = [];
  for (let part = 0; part < builder.partCount; part++) {
    if (builder.partKinds[part] !== geometryKind.polygon) continue;
    const rings: [number, number][][] = [];
    for (let ring = builder.partRings[part]!; ring < builder.partRings[part + 1]!; ring++) {
      const positions: [number, number][] = [];
      for (let k = builder.ringStarts[ring]!; k < builder.ringStarts[ring + 1]!; k++) {
        positions.push([builder.coordinates[k * 2]!, builder.coordinates[k * 2 + 1]!]);
      }
      rings.push(positions);
    }
    polygons.push(rings);
  }
  return polygons;
}

/** Polygons as GeoJSON. */
export function toMultiPolygon(polygons: Polygons): MultiPolygon {
  return { type: 'MultiPolygon', coordinates: polygons };
}

/** The envelope of polygons, by their outer rings. */
export function envelopeOf(polygons: Polygons): Envelope {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const polygon of polygons) {
    for (const [x, y] of polygon[0] as readonly (readonly [number, number])[]) {
      minX = Math.min(minX, x);
      minY = Math.min(minY, y);
      maxX = Math.max(maxX, x);
      maxY = Math.max(maxY, y);
    }
  }
  return [minX, minY, maxX, maxY];
}
