import { expect, test } from 'vitest';

import { camelCase, snakeCase } from './camel-case.ts';

test('keys change at any depth, values never', () => {
  const wire = {
    created_via: 'a_b',
    items: [{ raster_resolution_multiplier: 1, tiles: ['bx_15'] }],
    _private: 1,
    x: null,
  };
  const ours = {
    createdVia: 'a_b',
    items: [{ rasterResolutionMultiplier: 1, tiles: ['bx_15'] }],
    _private: 1,
    x: null,
  };
  expect(camelCase(wire)).toEqual(ours);
  expect(snakeCase(ours)).toEqual(wire);
});

test('undefined values are not sent', () => {
  expect(snakeCase({ cropMode: undefined, a: 1 })).toEqual({ a: 1 });
});
