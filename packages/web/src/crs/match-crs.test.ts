import { describe, expect, test } from 'vitest';

import type { CrsEntry } from '../api/extensions.ts';
import { holds, indexCrs, matchCrs, suggestCrs } from './match-crs.ts';

const entries: readonly CrsEntry[] = [
  [
    2193,
    'NZGD2000 / New Zealand Transverse Mercator 2000',
    1,
    'New Zealand - onshore',
    [166.37, -47.33, 178.63, -34.1],
  ],
  [3851, 'NZGD2000 / NZCS2000', 1, 'New Zealand - offshore', [160.6, -55.95, -171.2, -25.88]],
  [32760, 'WGS 84 / UTM zone 60S', 1, 'Between 174°E and 180°E', [174, -80, 180, 0]],
  [3857, 'WGS 84 / Pseudo-Mercator', 1, 'World', [-180, -85.06, 180, 85.06]],
  [4326, 'WGS 84', 0, 'World', [-180, -90, 180, 90]],
];
const codes = (found: readonly CrsEntry[]): number[] => found.map(([epsg]) => epsg);
const index = indexCrs(entries);

describe('a system is found', () => {
  test.each([
    ['2193', 2193],
    ['EPSG:2193', 2193],
    ['utm 60s', 32760],
    ['zealand mercator', 2193],
    ['web mercator', 3857],
    ['nztm', 2193],
  ])('by %s', (text, epsg) => {
    expect(codes(matchCrs(index, text))[0]).toBe(epsg);
  });

  test('only where every word matches', () => {
    expect(matchCrs(index, 'zealand utm')).toEqual([]);
    expect(matchCrs(index, '  ')).toEqual([]);
  });
});

describe('suggestions', () => {
  test('are those whose area holds all of the region, the tightest first', () => {
    expect(codes(suggestCrs(entries, [174, -42, 176, -40]))).toEqual([2193, 32760, 3851, 3857, 4326]);
  });

  test('hold regions across 180 degrees', () => {
    expect(codes(suggestCrs(entries, [175, -45, 185, -40]))).toEqual([3851, 3857, 4326]);
    expect(holds([160.6, -55.95, -171.2, -25.88], [-178, -45, -176, -40])).toBe(true);
  });
});
