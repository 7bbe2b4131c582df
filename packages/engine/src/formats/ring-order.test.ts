import fc from 'fast-check';
import { expect, test } from 'vitest';

import { geometryKind } from '../features/geometry-array.ts';
import { GeometryBuilder } from '../features/geometry-builder.ts';
import { isTurned, signedArea } from './ring-order.ts';
import { uniqueName } from './unique-name.ts';

const counterClockwise = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
  [0, 0],
];

function polygon(...rings: number[][][]): GeometryBuilder {
  const builder = new GeometryBuilder(false, false);
  for (const ring of rings) {
    builder.coordinates.set(ring.flat(), builder.reserve(ring.length));
    builder.endRing(ring.length);
  }
  builder.endPart(geometryKind.polygon);
  builder.endFeature(geometryKind.polygon);
  return builder;
}

test('a small ring far from the origin keeps its sign', () => {
  const far = counterClockwise.map(([x, y]) => [1.7e6 + x! * 1e-3, 5.9e6 + y! * 1e-3]);
  expect(signedArea(polygon(far), 0)).toBeCloseTo(2e-6, 8);
  expect(signedArea(polygon(far.toReversed()), 0)).toBeCloseTo(-2e-6, 8);
});

test('outer rings and holes run against each other, whichever way is asked for', () => {
  const geometry = polygon(counterClockwise, counterClockwise.toReversed());
  for (const ring of [0, 1]) {
    expect(isTurned(geometry, { part: 0, ring, outer: 'counter-clockwise' })).toBe(false);
    expect(isTurned(geometry, { part: 0, ring, outer: 'clockwise' })).toBe(true);
  }
});

test('a ring without area is left as it is', () => {
  const flat = polygon([
    [0, 0],
    [1, 1],
    [0, 0],
  ]);
  expect(isTurned(flat, { part: 0, ring: 0, outer: 'clockwise' })).toBe(false);
  expect(isTurned(flat, { part: 0, ring: 0, outer: 'counter-clockwise' })).toBe(false);
});

test('a unique name is the name itself, or with a number that nobody has, whatever the case', () => {
  expect(uniqueName('geom', ['name'])).toBe('geom');
  expect(uniqueName('geom', ['GEOM', 'geom_1'])).toBe('geom_2');
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (name, others) => {
      const found = uniqueName(name, others).toLowerCase();
      expect(others.map((other) => other.toLowerCase())).not.toContain(found);
    }),
  );
});
