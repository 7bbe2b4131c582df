import { describe, expect, it } from 'vitest';

import { parcelsTable } from './parcels.ts';

type Ring = readonly (readonly number[])[];

const rings = (count: number): Ring[] =>
  [...parcelsTable(count).features].map(({ geometry }) => {
    if (geometry?.type !== 'MultiPolygon') throw new TypeError('a parcel is a MultiPolygon');
    return geometry.coordinates[0]?.[0] ?? [];
  });

function area(ring: Ring): number {
  let doubled = 0;
  for (const [index, [x0 = 0, y0 = 0]] of ring.slice(0, -1).entries()) {
    const [x1 = 0, y1 = 0] = ring[index + 1] ?? [];
    doubled += x0 * y1 - x1 * y0;
  }
  return doubled / 2;
}

describe('parcelsTable', () => {
  it('makes closed counter-clockwise rings of 5 to 17 positions', () => {
    for (const ring of rings(400)) {
      expect(ring.length).toBeGreaterThanOrEqual(5);
      expect(ring.length).toBeLessThanOrEqual(17);
      expect(ring[0]).toEqual(ring.at(-1));
      expect(area(ring)).toBeGreaterThan(0);
    }
  });

  it('shares the boundary of neighbours to the last bit', () => {
    const [west = [], east = []] = rings(4);
    const shared = west.filter(([x, y]) => east.some((position) => position[0] === x && position[1] === y));
    expect(shared.length).toBeGreaterThanOrEqual(2);
  });

  it('is the same in every run', () => {
    expect([...parcelsTable(9).features]).toEqual([...parcelsTable(9).features]);
  });
});
