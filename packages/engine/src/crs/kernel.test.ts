import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';

import { findCrs } from './crs.ts';
import { createKernel } from './kernel.ts';

function kernelBetween(from: string, to: string) {
  const [source, target] = [findCrs(from), findCrs(to)];
  if (source === null || target === null) throw new Error(`${from} or ${to} is unknown`);
  return createKernel(source, target);
}

/** Positions, moved. */
function moved(from: string, to: string, coordinates: number[], stride = 2): number[] {
  const values = Float64Array.from(coordinates);
  kernelBetween(from, to)!(values, stride, coordinates.length / stride);
  return [...values];
}

describe('a kernel', () => {
  test('puts the origin of New Zealand’s plane where its definition says', () => {
    const [x, y] = moved('EPSG:4326', 'EPSG:2193', [173, 0]);
    expect(x).toBeCloseTo(1_600_000, 4);
    expect(y).toBeCloseTo(10_000_000, 4);
  });

  test('comes back to where it began', () => {
    const position = fc.tuple(
      fc.double({ min: 166, max: 184, noNaN: true }),
      fc.double({ min: -48, max: -34, noNaN: true }),
    );
    fc.assert(
      fc.property(position, ([longitude, latitude]) => {
        const [x, y] = moved(
          'EPSG:2193',
          'EPSG:4326',
          moved('EPSG:4326', 'EPSG:2193', [longitude, latitude]),
        );
        expect(Math.abs(((x! - longitude + 540) % 360) - 180)).toBeLessThan(1e-8);
        expect(Math.abs(y! - latitude)).toBeLessThan(1e-8);
      }),
    );
  });

  test('leaves Z and M alone', () => {
    expect(moved('EPSG:4326', 'EPSG:3857', [174, -41, 12, 99], 4).slice(2)).toEqual([12, 99]);
  });

  test('makes NaN of what has no result, and goes on', () => {
    const [x, y, x2, y2] = moved('EPSG:4326', 'EPSG:3857', [0, 90, 0, 0]);
    expect([x, y]).toEqual([NaN, NaN]);
    expect(x2).toBeCloseTo(0, 6);
    expect(y2).toBeCloseTo(0, 6);
    expect(moved('EPSG:31370', 'EPSG:4326', [NaN, NaN])).toEqual([NaN, NaN]);
  });

  test('does not exist where the datum needs a grid that is not here, and says nothing on standard output', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      expect(kernelBetween('EPSG:27700', 'EPSG:4326')).toBeNull();
      expect(kernelBetween('EPSG:4326', 'EPSG:27700')).toBeNull();
      expect(kernelBetween('EPSG:4267', 'EPSG:4326')).toBeNull();
      expect(log).not.toHaveBeenCalled();
    } finally {
      log.mockRestore();
    }
  });
});
