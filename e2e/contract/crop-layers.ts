import { describe, expect, test } from 'vitest';

import { type ContractSite, versions } from '../support/contract-site.ts';
import { json } from '../support/raw-http.ts';

/** Regions that can be picked as an extent. */
export function cropLayerSuite(site: () => ContractSite): void {
  describe('4.8 GET /exports/croplayers/', () => {
    describe('5.7 crop layers', () => {
      test('are listed in full, with addresses of the version asked', async () => {
        const id = site().ids['regions'];
        for (const version of versions) {
          const list = json<object[]>(await site().ask('exports/croplayers/', {}, version));
          expect(list).toEqual([
            {
              id,
              name: 'Regions',
              url: site().at(`exports/croplayers/${id}/`, version),
              features: site().at(`exports/croplayers/${id}/cropfeatures/`, version),
              extent: { type: 'MultiPolygon', coordinates: expect.any(Array) },
              source_layer: expect.stringMatching(new RegExp(`/${version}/layers/${id}/versions/\\d+/$`)),
            },
          ]);
        }
      });
    });
  });

  describe('4.9 GET /exports/croplayers/{id}/', () => {
    describe('5.7 crop layer', () => {
      test('is the same object as in the list; a layer that is none is 404', async () => {
        const id = site().ids['regions'];
        const [listed] = json<object[]>(await site().ask('exports/croplayers/'));
        expect(json(await site().ask(`exports/croplayers/${id}/`))).toEqual(listed);
        expect((await site().ask(`exports/croplayers/${site().ids['places']}/`)).status).toBe(404);
      });
    });
  });

  describe('4.10 GET /exports/croplayers/{id}/cropfeatures/', () => {
    describe('5.7 crop features', () => {
      test('are listed with id, name and address, without geometry, in pages', async () => {
        const path = `exports/croplayers/${site().ids['regions']}/cropfeatures/`;
        const answer = await site().ask(path);
        expect(answer.headers['x-resource-range']).toBe('0-2/2');
        expect(json(answer)).toEqual([
          { id: 1, name: 'West', url: site().at(`${path}1/`) },
          { id: 2, name: 'East', url: site().at(`${path}2/`) },
        ]);
        expect(json(await site().ask(`${path}?name=East`))).toEqual([
          { id: 2, name: 'East', url: site().at(`${path}2/`) },
        ]);
      });
    });
  });

  describe('4.11 GET /exports/croplayers/{id}/cropfeatures/{fid}/', () => {
    describe('5.7 crop feature', () => {
      test('has its geometry in longitude and latitude, and no layer', async () => {
        const path = `exports/croplayers/${site().ids['regions']}/cropfeatures/`;
        const feature = json<{ geometry: { coordinates: number[][][][] } }>(await site().ask(`${path}1/`));
        expect(Object.keys(feature).toSorted()).toEqual(['geometry', 'id', 'name', 'url']);
        for (const [longitude = 0, latitude = 0] of feature.geometry.coordinates.flat(2)) {
          expect(longitude).toBeGreaterThan(173.99);
          expect(longitude).toBeLessThan(175.01);
          expect(latitude).toBeGreaterThan(-41.01);
          expect(latitude).toBeLessThan(-39.99);
        }
        expect((await site().ask(`${path}987654/`)).status).toBe(404);
      });
    });
  });
}
