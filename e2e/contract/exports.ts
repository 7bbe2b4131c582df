import { describe, expect, test } from 'vitest';

import { type ContractSite, type Detail, versions } from '../support/contract-site.ts';
import { json } from '../support/raw-http.ts';

/** The life of an export, endpoint by endpoint. */
export function exportSuite(site: () => ContractSite): void {
  describe('4.1 GET /exports/', () => {
    describe('5.1 summary', () => {
      test('has seven keys, and the download address once it is complete', async () => {
        const { url } = await site().create({ name: undefined });
        const { id } = await site().settled(url);
        const [summary] = json<Record<string, unknown>[]>(await site().ask('exports/?page_size=1'));
        expect(summary).toEqual({
          id,
          name: 'kx-visits-CSV',
          created_at: expect.any(String),
          created_via: 'api',
          state: 'complete',
          url,
          download_url: `${url}download/`,
        });
      });
    });
  });

  describe('4.2 POST /exports/', () => {
    describe('5.2 create', () => {
      test('is 201 with Location and the whole export, which is processing', async () => {
        const answer = await site().post('exports/', {
          name: 'fred the export',
          items: [{ item: `tables/${site().ids['visits']}` }],
          formats: { table: 'text/csv' },
        });
        expect(answer.status).toBe(201);
        const created = json<Detail>(answer);
        expect(answer.headers.location).toBe(created.url);
        expect(created).toMatchObject({
          name: 'kx-fred-the-export',
          state: 'processing',
          progress: 0,
          download_url: null,
          delivery: { method: 'download' },
          options: {},
          extent: null,
        });
      });

      test('ignores what only the site writes, so that an export can be sent again', async () => {
        const first = await site().create();
        const again = await site().create({ ...first, state: 'gone', progress: 1 });
        expect(again).toMatchObject({ state: 'processing', progress: 0 });
        expect(again.id).not.toBe(first.id);
      });

      test('is refused for its items with the body that validate gives, in both versions', async () => {
        const body = { items: [{ item: `layers/${site().ids['places']}` }], formats: {}, crs: 'EPSG:2193' };
        for (const version of versions) {
          const request = { method: 'POST', body: JSON.stringify(body) };
          const refused = await site().ask('exports/', request, version);
          const validated = await site().ask('exports/validate/', request, version);
          expect([refused.status, validated.status]).toEqual([400, 200]);
          expect(json(refused)).toEqual(json(validated));
          expect(json(refused)).toMatchObject({
            is_valid: false,
            items: [{ invalid_reasons: ['missing-format'] }],
          });
        }
      });
    });
  });

  describe('4.3 OPTIONS /exports/', () => {
    describe('5.6 formats', () => {
      test('are listed by kind under actions.POST.formats.children', async () => {
        const answer = await site().ask('exports/', { method: 'OPTIONS' });
        expect(answer.headers.allow).toBe('GET, HEAD, POST, OPTIONS');
        expect(json(answer)).toMatchObject({
          name: 'Export List',
          parses: ['application/json'],
          actions: {
            POST: {
              formats: {
                type: 'nested object',
                required: true,
                children: {
                  vector: {
                    type: 'choice',
                    label: 'Vector',
                    choices: expect.arrayContaining([
                      { display_name: 'Shapefile', value: 'application/x-zipped-shp' },
                    ]),
                  },
                  table: {
                    choices: expect.arrayContaining([
                      { display_name: 'DBF (dBase III)', value: 'application/x-zipped-shp' },
                    ]),
                  },
                },
              },
            },
          },
        });
      });

      test('a token that may not create sees no actions', async () => {
        const headers = { authorization: `key ${await site().newKey('exports:read')}` };
        expect(json(await site().ask('exports/', { method: 'OPTIONS', headers }))).not.toHaveProperty(
          'actions',
        );
      });
    });
  });

  describe('4.4 POST /exports/validate/', () => {
    describe('5.5 validation', () => {
      const places = (): object => ({
        items: [{ item: `layers/${site().ids['places']}`, color: '#003399' }],
        formats: { vector: 'text/csv' },
        crs: 'EPSG:2193',
      });

      test('is 200 with a verdict and the cost, echoes the items, and starts nothing', async () => {
        const count = async (): Promise<string> =>
          String((await site().ask('exports/?page_size=1')).headers['x-resource-range']);
        const before = await count();
        const answer = await site().post('exports/validate/', places());
        expect(answer.status).toBe(200);
        expect(json(answer)).toMatchObject({
          is_valid: true,
          invalid_reasons: [],
          size_estimate_zipped: expect.any(Number),
          items: [
            {
              item: `layers/${site().ids['places']}`,
              color: '#003399',
              is_valid: true,
              invalid_reasons: [],
              price: '0.00',
              license: null,
            },
          ],
        });
        expect(await count()).toBe(before);
      });

      test('in v1.x says currency, suggested systems, file name, delivery and courier cost too', async () => {
        const request = { method: 'POST', body: JSON.stringify(places()) };
        expect(json(await site().ask('exports/validate/', request, 'v1.x'))).toMatchObject({
          items: [{ currency: null, size_estimate_zipped: expect.any(Number) }],
          suggested_crs: [{ id: 'EPSG:4326', name: 'WGS 84', unit_horizontal: 'degree', srid: 4326 }],
          suggested_crs_vertical: [],
          name: 'kx-places-CSV',
          zip_filename: 'kx-places-CSV.zip',
          delivery: { method: 'download' },
          courier_cost: {},
        });
      });

      test('names the licence of an item', async () => {
        const body = {
          items: [{ item: `layers/${site().ids['regions']}` }],
          formats: { vector: 'text/csv' },
          crs: 'EPSG:2193',
        };
        const { items } = json<{ items: { license: Record<string, string> }[] }>(
          await site().post('exports/validate/', body),
        );
        const licence = items[0]!.license;
        expect(licence).toMatchObject({ title: 'CC BY 4.0', type: 'cc-by' });
        expect(json(await site().ask(licence['url']!))).toEqual(licence);
        const text = await site().ask(licence['url_fulltext']!);
        expect([text.headers['content-type'], text.body.toString()]).toEqual([
          expect.stringMatching(/^text\/plain/),
          'The whole licence.',
        ]);
      });
    });
  });

  describe('4.5 GET /exports/{id}/', () => {
    describe('5.3 detail', () => {
      test('is the export in full, from processing to complete, progress never going back', async () => {
        const { url } = await site().create();
        const seen: number[] = [];
        for (;;) {
          const detail = json<Detail>(await site().ask(url));
          seen.push(detail.progress ?? 0);
          if (detail.state === 'complete') break;
          expect(detail).toMatchObject({ state: 'processing', download_url: null });
        }
        expect(seen).toEqual(seen.toSorted((a, b) => a - b));
        expect(json(await site().ask(url))).toMatchObject({
          progress: 1,
          crs: null,
          formats: { table: 'text/csv' },
          size_complete_zipped: expect.any(Number),
          finished_at: expect.any(String),
          is_cropped: false,
        });
      });

      test('in v1.x describes system, items, user and source, and has the sizes unzipped', async () => {
        const body = {
          items: [{ item: `layers/${site().ids['regions']}` }],
          formats: { vector: 'application/geo+json' },
          crs: 'EPSG:4326',
        };
        const { url } = json<Detail>(await site().post('exports/', body));
        await site().settled(url);
        const detail = json(await site().ask(url.replace('/v1/', '/v1.x/')));
        expect(detail).toMatchObject({
          url: url.replace('/v1/', '/v1.x/'),
          crs: {
            id: 'EPSG:4326',
            name: 'WGS 84',
            kind: 'geographic 2D',
            unit_horizontal: 'degree',
            srid: 4326,
          },
          items: [
            {
              title: 'Regions',
              format: 'GeoJSON',
              short_format: 'GEOJSON',
              data_type: 'vector',
              data_type_label: 'Vector',
            },
          ],
          user: { id: expect.any(Number), url: expect.stringMatching(/\/v1\.x\/users\/\d+\/$/) },
          from: { domain: new URL(site().url).host, owner_short: 'kx', copyright: 'The surveyors' },
          invoice: null,
          size_estimate_unzipped: expect.any(Number),
        });
        expect(detail['size_complete_unzipped']).toBeGreaterThan(Number(detail['size_complete_zipped']) / 2);
      });

      test("an unknown export and another user's are 404, and look the same", async () => {
        const { url } = await site().create();
        const stranger = { authorization: `key ${await site().newKey('exports:read', 'exports:write')}` };
        for (const path of [url, `${url}download/`, site().at('exports/2000000000/')]) {
          const answer = await site().ask(path, { headers: stranger });
          expect([path, answer.status, json(answer)]).toEqual([path, 404, { detail: 'Not found.' }]);
        }
        expect((await site().ask(url, { method: 'DELETE', headers: stranger })).status).toBe(404);
      });
    });
  });

  describe('4.6 DELETE /exports/{id}/', () => {
    describe('5.4 cancel', () => {
      test('is 202 with the export, cancelled, without progress', async () => {
        // The first ones keep the site busy.
        const waiting = await Promise.all([
          site().create(),
          site().create(),
          site().create(),
          site().create(),
        ]);
        const last = waiting.toSorted((a, b) => b.id - a.id)[0]!;
        const answer = await site().ask(last.url, { method: 'DELETE' });
        expect(answer.status).toBe(202);
        expect(json(answer)).toMatchObject({
          id: last.id,
          state: 'cancelled',
          progress: null,
          download_url: null,
        });
        expect(json(await site().ask(last.url))).toMatchObject({ state: 'cancelled', progress: null });
      });

      test('is 409 with errors where it is not processing', async () => {
        const { url } = await site().create();
        await site().settled(url);
        const answer = await site().ask(url, { method: 'DELETE' });
        expect([answer.status, json(answer)]).toEqual([
          409,
          expect.objectContaining({ errors: ["Can't cancel"] }),
        ]);
      });
    });
  });
}
