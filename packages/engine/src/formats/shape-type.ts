import { type GeometryKind, geometryKind } from '../features/geometry-array.ts';

/** The four families that a shapefile can hold, one a file (ESRI Shapefile Technical Description, 1998, p. 4). */
export const shapeFamilies = ['point', 'multipoint', 'line', 'polygon'] as const;

/** A family of shapes. */
export type ShapeFamily = (typeof shapeFamilies)[number];

const codes: Readonly<Record<ShapeFamily, number>> = { point: 1, multipoint: 8, line: 3, polygon: 5 };

/** The shape type of a family: +10 with Z, +20 with M alone. A shape with Z may hold M too. */
export function shapeType(family: ShapeFamily, hasZ: boolean, hasM: boolean): number {
  if (hasZ) return codes[family] + 10;
  return hasM ? codes[family] + 20 : codes[family];
}

/** The family of a geometry, or of a part of a collection; undefined for a collection itself and for none. */
export function familyOf(kind: GeometryKind): ShapeFamily | undefined {
  switch (kind) {
    case geometryKind.point:
      return 'point';
    case geometryKind.multiPoint:
      return 'multipoint';
    case geometryKind.line:
    case geometryKind.multiLine:
      return 'line';
    case geometryKind.polygon:
    case geometryKind.multiPolygon:
      return 'polygon';
    case geometryKind.collection:
    case geometryKind.none:
      return undefined;
  }
}
