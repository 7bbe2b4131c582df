import type { MultiPolygon } from '@outcrop/contract';
import { expect, test } from 'vitest';

import { coastline } from '../testing/coastline.ts';
import { requestText } from './request-text.ts';

const request = (rings: [number, number][][], body: object): Parameters<typeof requestText>[0] => {
  const geometry: MultiPolygon = { type: 'MultiPolygon', coordinates: [rings] };
  return { body, region: { geometry, name: null, notices: [] } };
};

test('a long outline is one line, in pieces that make up what JSON.stringify says', () => {
  const rings = [coastline(10_000, [174, -41], 1), coastline(4096, [174, -41], 0.2)];
  const body = {
    name: 'A "coast"\u2028é',
    crs: undefined,
    items: [{ item: 'layers/1', fields: ['a', 'b'], tiles: [] }],
    options: {},
    extent: { type: 'MultiPolygon', coordinates: [rings, [[[1, 2, 3]]]], bbox: null },
    delivery: { method: 'download', nested: [[1], 'x', [[2]], {}] },
  };
  const pieces = [...requestText(request(rings, body))];
  expect(pieces.join('')).toBe(`${JSON.stringify(body)}\n`);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(400_000);
});

test('a short request is indented', () => {
  const ring = coastline(20, [174, -41], 1);
  const body = { extent: { type: 'Polygon', coordinates: [ring] } };
  expect([...requestText(request([ring], body))].join('')).toBe(`${JSON.stringify(body, null, 2)}\n`);
});
