import { describe, expect, test } from 'vitest';

import { inspectRegionHere } from './inspect-region.ts';

const square = (west: number): [number, number][][] => [
  [
    [west, 0],
    [west + 1, 0],
    [west + 1, 1],
    [west, 1],
    [west, 0],
  ],
];

describe('a region that is looked at', () => {
  test('is one where its parts touch', async () => {
    const { geometry, problem } = await inspectRegionHere({
      polygons: [square(0), square(1)],
      maxVertices: 100,
    });
    expect([geometry?.coordinates.length, problem]).toEqual([1, null]);
  });

  test('is said to be invalid, with the place, and repaired', async () => {
    const bowTie: [number, number][][] = [
      [
        [0, 0],
        [2, 2],
        [2, 0],
        [0, 2],
        [0, 0],
      ],
    ];
    const { geometry, problem } = await inspectRegionHere({ polygons: [bowTie], maxVertices: 100 });
    expect(problem).toEqual({ reason: 'Self-intersection', at: [1, 1] });
    expect(geometry?.coordinates).toHaveLength(2);
  });

  test('is simplified until it has as few corners as are allowed, and says by how much', async () => {
    const ring = Array.from({ length: 5001 }, (_, at): [number, number] => {
      const angle = ((at % 5000) / 5000) * 2 * Math.PI;
      const radius = 10 + (at % 2) * 0.01;
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    });
    ring[5000] = ring[0]!;
    const { vertices, simplifiedBy } = await inspectRegionHere({ polygons: [[ring]], maxVertices: 300 });
    expect(vertices).toBeLessThanOrEqual(300);
    expect(simplifiedBy).toBeGreaterThan(0);
    expect(simplifiedBy).toBeLessThan(0.5);
  });

  test('without an area is none', async () => {
    const flat: [number, number][][] = [
      [
        [0, 0],
        [1, 0],
        [2, 0],
        [0, 0],
      ],
    ];
    expect(await inspectRegionHere({ polygons: [flat], maxVertices: 100 })).toMatchObject({
      geometry: null,
      vertices: 0,
    });
  });
});
