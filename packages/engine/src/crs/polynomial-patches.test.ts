import { describe, expect, test } from 'vitest';

import { seededRandom } from '../testing/seeded-random.ts';
import type { Envelope } from '../features/geometry-array.ts';
import { findCrs } from './crs.ts';
import { createKernel, isSmooth, type Kernel } from './kernel.ts';
import { polynomialPatches } from './polynomial-patches.ts';

const newZealand: Envelope = [1_090_000, 4_740_000, 2_100_000, 6_200_000];

function kernelBetween(from: string, to: string): Kernel {
  const [source, target] = [findCrs(from)!, findCrs(to)!];
  expect(isSmooth(source, target)).toBe(true);
  return createKernel(source, target)!;
}

function positionsIn([minX, minY, maxX, maxY]: Envelope, count: number, stride: number): Float64Array {
  const random = seededRandom(11);
  return Float64Array.from({ length: count * stride }, (_, k) => {
    if (k % stride === 0) return minX + random() * (maxX - minX);
    return k % stride === 1 ? minY + random() * (maxY - minY) : k;
  });
}

function largestDifference(one: Float64Array, other: Float64Array): number {
  return one.reduce((largest, value, k) => Math.max(largest, Math.abs(value - other[k]!)), 0);
}

describe('patches stand in for the kernel', () => {
  test.each([
    ['EPSG:2193', 'EPSG:4326', newZealand, 1e-12],
    ['EPSG:4326', 'EPSG:2193', [166, -47.5, 178.6, -34], 1e-7],
    ['EPSG:4326', 'EPSG:3035', [-10, 35, 30, 70], 1e-7],
    ['EPSG:3857', 'EPSG:4326', [-2e7, -1.9e7, 2e7, 1.9e7], 1e-12],
  ] as const)('from %s to %s', (from, to, area, tolerance) => {
    const kernel = kernelBetween(from, to);
    let exactly = 0;
    const counted: Kernel = (coordinates, stride, positions) => {
      exactly += positions;
      kernel(coordinates, stride, positions);
    };
    const patched = polynomialPatches(counted, [...area], tolerance);
    const coordinates = positionsIn([...area], 200_000, 3);
    const expected = coordinates.slice();
    patched(coordinates, 3, 200_000);
    kernel(expected, 3, 200_000);
    // Twice the tolerance: it is held at the places that are looked at, not between them.
    expect(largestDifference(coordinates, expected)).toBeLessThan(2 * tolerance);
    expect(exactly).toBeLessThan(from === 'EPSG:3857' ? Infinity : 150_000);
  });
});

test('outside the area, and where there is no position, the kernel itself answers', () => {
  const kernel = kernelBetween('EPSG:2193', 'EPSG:4326');
  const patched = polynomialPatches(kernel, newZealand, 1e-12);
  const coordinates = Float64Array.of(2_500_000, 5e6, NaN, NaN, 1_600_000, 7e6, newZealand[2], newZealand[3]);
  const expected = coordinates.slice();
  patched(coordinates, 2, 4);
  kernel(expected, 2, 4);
  expect([...coordinates]).toEqual([...expected]);
});

test('a cell that polynomials cannot follow is left to the kernel', () => {
  const kink: Kernel = (coordinates, stride, positions) => {
    for (let k = 0; k < positions * stride; k += stride) coordinates[k] = Math.abs(coordinates[k]! - 0.31);
  };
  const patched = polynomialPatches(kink, [0, 0, 1, 1], 1e-9);
  const coordinates = positionsIn([0, 0, 1, 1], 20_000, 2);
  const expected = coordinates.slice();
  patched(coordinates, 2, 20_000);
  kink(expected, 2, 20_000);
  expect(largestDifference(coordinates, expected)).toBeLessThan(1e-9);
});

test('an area without width is no obstacle', () => {
  const kernel = kernelBetween('EPSG:2193', 'EPSG:4326');
  const patched = polynomialPatches(kernel, [1_700_000, 5_400_000, 1_700_000, 5_400_000], 1e-12);
  const coordinates = Float64Array.of(1_700_000, 5_400_000);
  const expected = coordinates.slice();
  patched(coordinates, 2, 1);
  kernel(expected, 2, 1);
  expect(largestDifference(coordinates, expected)).toBeLessThan(1e-12);
});
