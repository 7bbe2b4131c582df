import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { readGeoJson, swapCoordinates } from './read-geojson.ts';

const polygon = {
  type: 'Polygon',
  coordinates: [
    [
      [174, -41, 5],
      [175, -41, 5],
      [175, -40, 5],
      [174, -41, 5],
    ],
  ],
};

describe('GeoJSON', () => {
  test.each([
    ['a geometry', polygon],
    ['a feature', { type: 'Feature', properties: { name: 'Here' }, geometry: polygon }],
    [
      'a collection',
      { type: 'FeatureCollection', features: [{ type: 'Feature', properties: null, geometry: polygon }] },
    ],
    ['a collection of geometries', { type: 'GeometryCollection', geometries: [polygon] }],
  ])('is read as %s, without heights', (_, json) => {
    const { shapes } = readGeoJson(JSON.stringify(json));
    expect(shapes[0]?.polygons[0]?.[0]?.[0]).toEqual([174, -41]);
  });

  test('is named by its feature', () => {
    const json = { type: 'Feature', properties: { NAME: 'Here' }, geometry: polygon };
    expect(readGeoJson(JSON.stringify(json)).shapes[0]?.name).toBe('Here');
  });

  test('of points says what it holds instead', () => {
    expect(readGeoJson('{"type":"Point","coordinates":[1,2]}')).toMatchObject({
      problem: 'no-polygon',
      detail: 'Point',
    });
  });

  test('with latitude first is noticed, and can be swapped', () => {
    const text = swapCoordinates(JSON.stringify(polygon));
    expect(readGeoJson(text)).toMatchObject({ problem: 'swapped', detail: '174' });
    expect(readGeoJson(swapCoordinates(text)).problem).toBe(null);
  });

  test('in metres is noticed', () => {
    const text = JSON.stringify(polygon).replaceAll('174', '1740000').replaceAll('-41', '5400000');
    expect(readGeoJson(text).problem).toBe('not-degrees');
  });

  test('is never a crash, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(readGeoJson(text)).toHaveProperty('shapes');
      }),
    );
  });
});
