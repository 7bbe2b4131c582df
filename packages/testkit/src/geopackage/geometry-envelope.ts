import type { Coordinates, FixtureGeometry } from './geometry.ts';

/** Smallest and largest of each ordinate: `[[minX, maxX], [minY, maxY], ...]`. */
export type Envelope = readonly (readonly [number, number])[];

/** The envelope of a geometry, one pair for each ordinate; null where it is empty. */
export function geometryEnvelope(geometry: FixtureGeometry): Envelope | null {
  const pairs: [number, number][] = [];
  visitPositions(geometry, (position) => {
    for (const [ordinate, value] of position.entries()) {
      const pair = pairs[ordinate];
      if (pair === undefined) {
        pairs[ordinate] = [value, value];
        continue;
      }
      if (value < pair[0]) pair[0] = value;
      if (value > pair[1]) pair[1] = value;
    }
  });
  return pairs.length === 0 ? null : pairs;
}

function visitPositions(geometry: FixtureGeometry, visit: (position: Coordinates) => void): void {
  switch (geometry.type) {
    case 'Point':
      if (geometry.coordinates.length > 0) visit(geometry.coordinates);
      return;
    case 'LineString':
    case 'MultiPoint':
      for (const position of geometry.coordinates) visit(position);
      return;
    case 'Polygon':
    case 'MultiLineString':
      for (const ring of geometry.coordinates) for (const position of ring) visit(position);
      return;
    case 'MultiPolygon':
      for (const polygon of geometry.coordinates) {
        visitPositions({ type: 'Polygon', coordinates: polygon }, visit);
      }
      return;
    case 'GeometryCollection':
      for (const part of geometry.geometries) visitPositions(part, visit);
  }
}
