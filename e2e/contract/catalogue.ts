import { describe, expect, test } from 'vitest';

import type { ContractSite } from '../support/contract-site.ts';
import { json } from '../support/raw-http.ts';

/** What an exporter reads of layers and tables. */
export function catalogueSuite(site: () => ContractSite): void {
  describe('15 Layers and tables', () => {
    describe('GET /layers/, /tables/, /data/', () => {
      test('list layers, tables, and both', async () => {
        const titles = async (path: string): Promise<string[]> =>
          json<{ title: string }[]>(await site().ask(path))
            .map(({ title }) => title)
            .toSorted();
        expect(await titles('layers/')).toEqual(['Places', 'Regions']);
        expect(await titles('tables/')).toEqual(['Visits']);
        expect(await titles('data/')).toEqual(['Places', 'Regions', 'Visits']);
      });
    });

    describe('GET /layers/{id}/, /tables/{id}/', () => {
      test('say kind, version, permissions, licence, system, extent and formats', async () => {
        const id = site().ids['places'];
        expect(json(await site().ask(`layers/${id}/`))).toMatchObject({
          id,
          url: site().at(`layers/${id}/`),
          type: 'layer',
          kind: 'vector',
          name: 'Places',
          title: 'Places',
          version: { id: expect.any(Number) },
          user_permissions: expect.arrayContaining(['download']),
          user_capabilities: expect.arrayContaining(['can-export']),
          license: null,
          data: {
            crs: 'EPSG:4326',
            extent: { type: expect.stringMatching(/Polygon$/), coordinates: expect.any(Array) },
            feature_count: 400,
            geometry_type: 'POINT',
            export_formats: expect.arrayContaining([{ name: 'CSV', mimetype: 'text/csv' }]),
          },
        });
        expect(json(await site().ask(`tables/${site().ids['visits']}/`))).toMatchObject({
          type: 'table',
          data: { crs: null, extent: null, feature_count: 25 },
        });
      });

      test('in v1.x the system is an object whose address leads to it', async () => {
        const { data } = json<{ data: { crs: { url: string } } }>(
          await site().ask(`layers/${site().ids['regions']}/`, {}, 'v1.x'),
        );
        expect(data.crs).toMatchObject({
          id: 'EPSG:2193',
          kind: 'projected',
          unit_horizontal: 'metre',
          srid: 2193,
        });
        expect(json(await site().ask(data.crs.url))).toEqual(data.crs);
      });
    });

    describe('GET /layers/{id}/versions/{version}/', () => {
      test('is the layer for its current version, 404 for another', async () => {
        const layer = json<{ version: { url: string } }>(await site().ask(`layers/${site().ids['places']}/`));
        expect(json(await site().ask(layer.version.url))).toEqual(layer);
        expect((await site().ask(`layers/${site().ids['places']}/versions/1/`)).status).toBe(404);
      });
    });
  });
}
