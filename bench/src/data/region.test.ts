import { describe, expect, it } from 'vitest';

import { coastRegion } from './region.ts';

describe('coastRegion', () => {
  it.each([5, 400, 20_000])('has %i distinct vertices and is closed', (count) => {
    const [ring] = coastRegion(count, 10_000).coordinates;
    expect(ring).toHaveLength(count + 1);
    expect(ring[0]).toEqual(ring.at(-1));
    expect(new Set(ring.map(String)).size).toBe(count);
  });

  it('refuses what is no polygon', () => {
    expect(() => coastRegion(2, 1000)).toThrow('a region of 2 vertices is no polygon');
  });
});
