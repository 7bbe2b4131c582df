import type { FeatureBatch } from '../features/feature-batch.ts';
import { type GeometryArray, type GeometryKind, geometryKind } from '../features/geometry-array.ts';
import { GeometryBuilder } from '../features/geometry-builder.ts';
import { selectColumn } from '../features/select-rows.ts';
import type { LossLog } from '../formats/loss-log.ts';
import { familyOf, type ShapeFamily } from '../formats/shape-type.ts';

const multiKinds: Readonly<Record<ShapeFamily, GeometryKind>> = {
  point: geometryKind.point,
  multipoint: geometryKind.multiPoint,
  line: geometryKind.multiLine,
  polygon: geometryKind.multiPolygon,
};

/**
 * The features of a batch that go with one family of shapes. Those without a geometry go with the first; a collection
 * goes with each of its families, and brings along the parts that are of it.
 */
export function familyRows(
  batch: FeatureBatch,
  { family, families }: { readonly family: ShapeFamily; readonly families: readonly ShapeFamily[] },
  losses: LossLog,
): FeatureBatch {
  const geometry = batch.geometry!;
  const builder = new GeometryBuilder(geometry.hasZ, geometry.hasM);
  const rows: number[] = [];
  for (let row = 0; row < batch.length; row++) {
    const kind = geometry.kinds[row] as GeometryKind;
    if (kind === geometryKind.collection) {
      if (!appendParts(builder, geometry, { row, family, families })) continue;
      if (family !== families[0]) losses.add('geometry-split', splitDetail);
    } else {
      const own = familyOf(kind);
      const target = own === undefined ? families[0] : families.includes(own) ? own : 'multipoint';
      if (target !== family) continue;
      builder.appendFeature(geometry, row);
    }
    rows.push(row);
  }
  return {
    length: rows.length,
    fids: Float64Array.from(rows, (row) => batch.fids[row]!),
    geometry: builder,
    columns: batch.columns.map((column) => selectColumn(column, rows)),
  };
}

const splitDetail =
  'A geometry collection is written as one shape for each of its kinds, with the same attributes.';

/** Appends the parts of a family as one multi geometry; false where there are none. An empty one goes with the first. */
function appendParts(
  builder: GeometryBuilder,
  geometry: GeometryArray,
  { row, family, families }: { row: number; family: ShapeFamily; families: readonly ShapeFamily[] },
): boolean {
  const [first, end] = [geometry.featureParts[row]!, geometry.featureParts[row + 1]!];
  let found = 0;
  for (let part = first; part < end; part++) {
    const own = familyOf(geometry.partKinds[part] as GeometryKind);
    if (own !== family && !(own === 'point' && family === 'multipoint')) continue;
    builder.appendPart(geometry, part);
    found += 1;
  }
  const isEmpty = first === end && family === families[0];
  if (found > 0 || isEmpty) builder.endFeature(multiKinds[family]);
  return found > 0 || isEmpty;
}
