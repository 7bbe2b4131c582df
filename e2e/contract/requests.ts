import { describe, expect, test } from 'vitest';

import type { ContractSite } from '../support/contract-site.ts';
import { json } from '../support/raw-http.ts';

interface Validation {
  readonly is_valid: boolean;
  readonly items: readonly { readonly invalid_reasons: readonly string[] }[];
}

/** What the body of a create may say. */
export function requestSuite(site: () => ContractSite): void {
  const places = (changes: object = {}): object => ({
    items: [{ item: `layers/${site().ids['places']}` }],
    formats: { vector: 'text/csv' },
    crs: 'EPSG:2193',
    ...changes,
  });
  const validate = async (changes: object): Promise<Validation> => {
    const answer = await site().post('exports/validate/', places(changes));
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}: ${answer.body.toString()}`);
    return json<Validation>(answer);
  };

  describe('5.2 Request', () => {
    describe('items', () => {
      test('may be absolute addresses of either version, paths, references and versions', async () => {
        const id = site().ids['places'];
        const { version } = json<{ version: { url: string } }>(await site().ask(`layers/${id}/`));
        for (const item of [
          site().at(`layers/${id}/`),
          site().at(`layers/${id}/`, 'v1.x'),
          `/services/api/v1/layers/${id}/`,
          `layers/${id}`,
          version.url,
        ]) {
          expect(await validate({ items: [{ item }] })).toMatchObject({ is_valid: true });
        }
      });

      test('of another site, or that do not exist, are 400 and named', async () => {
        for (const item of [
          'https://elsewhere.example/services/api/v1/layers/1/',
          'layers/987654',
          'sets/1',
        ]) {
          const answer = await site().post('exports/validate/', places({ items: [{ item }] }));
          expect([item, answer.status, json(answer)]).toEqual([
            item,
            400,
            { items: [expect.stringContaining(item)] },
          ]);
        }
      });
    });

    describe('crs', () => {
      test('may be a code or the object of v1.x, and is not needed for a table', async () => {
        expect(await validate({ crs: { id: 'EPSG:2193' } })).toMatchObject({ is_valid: true });
        const table = { items: [{ item: `tables/${site().ids['visits']}` }], formats: { table: 'text/csv' } };
        expect(json(await site().post('exports/validate/', table))).toMatchObject({ is_valid: true });
        const missing = await site().post('exports/validate/', places({ crs: null }));
        expect([missing.status, json(missing)]).toEqual([400, { crs: [expect.stringMatching(/required/)] }]);
      });
    });
  });

  describe('7 Formats', () => {
    describe('formats', () => {
      test('may name kinds that no item has, in any case and with spaces', async () => {
        const formats = {
          vector: ' Text/CSV ',
          raster: 'image/jpeg',
          grid: 'x',
          pointcloud: 'y',
          table: null,
        };
        expect(await validate({ formats })).toMatchObject({ is_valid: true });
      });

      test('that a kind lacks, or that are missing, are reasons of the item', async () => {
        expect((await validate({ formats: { vector: 'image/jpeg' } })).items[0]?.invalid_reasons).toEqual([
          'invalid-format',
        ]);
        expect((await validate({ formats: { table: 'text/csv' } })).items[0]?.invalid_reasons).toEqual([
          'missing-format',
        ]);
      });

      test('know File Geodatabase by the misspelling that is the contract and by the right spelling', async () => {
        const [wrong, right] = await Promise.all(
          ['applicaton/x-ogc-filegdb', 'application/x-ogc-filegdb'].map((vector) =>
            validate({ formats: { vector } }),
          ),
        );
        expect(wrong).toEqual(right);
        expect(JSON.stringify(wrong)).not.toContain('application/x-ogc-filegdb');
        const offered = (await site().ask('exports/', { method: 'OPTIONS' })).body.toString();
        expect(offered.includes('applicaton/x-ogc-filegdb')).toBe(wrong?.is_valid);
        expect(offered).not.toContain('application/x-ogc-filegdb');
      });
    });
  });

  describe('8 Item options', () => {
    describe('items[]', () => {
      test('options are echoed, also those that are not known', async () => {
        const item = { item: `layers/${site().ids['places']}`, color: '#003399', my_note: 'mine' };
        expect((await validate({ items: [item] })).items[0]).toMatchObject(item);
      });
    });
  });

  describe('9 Extent', () => {
    const ring = [
      [174.5, -40.9],
      [175.5, -40.9],
      [175.5, -40.1],
      [174.5, -40.1],
      [174.5, -40.9],
    ];

    describe('extent', () => {
      test('may be a Polygon or MultiPolygon, wound either way, with heights', async () => {
        for (const extent of [
          { type: 'Polygon', coordinates: [ring] },
          { type: 'Polygon', coordinates: [ring.toReversed()] },
          { type: 'MultiPolygon', coordinates: [[ring]] },
          { type: 'Polygon', coordinates: [ring.map((position) => [...position, 7])] },
        ]) {
          expect(await validate({ extent })).toMatchObject({ is_valid: true });
        }
      });

      test('may be the address of a crop feature, and is echoed as it was kept', async () => {
        const feature = `exports/croplayers/${site().ids['regions']}/cropfeatures/1/`;
        const answer = await site().post('exports/', places({ extent: site().at(feature, 'v1.x') }));
        expect(json(answer)).toMatchObject({ extent: site().at(feature), is_cropped: true });
        const drawn = { type: 'Polygon', coordinates: [ring] };
        expect(json(await site().post('exports/', places({ extent: drawn })))).toMatchObject({
          extent: drawn,
        });
      });

      test('that is open, no polygon or unknown is 400', async () => {
        for (const extent of [
          { type: 'Polygon', coordinates: [ring.slice(1)] },
          { type: 'Point', coordinates: [174.5, -40.9] },
          { type: 'Feature', geometry: { type: 'Polygon', coordinates: [ring] } },
          'exports/croplayers/987654/cropfeatures/1/',
        ]) {
          const answer = await site().post('exports/validate/', places({ extent }));
          expect([answer.status, Object.keys(json(answer))]).toEqual([400, ['extent']]);
        }
      });
    });
  });

  describe('10 Reasons', () => {
    describe('invalid_reasons', () => {
      test('an item outside the extent makes the whole invalid, with no reason of its own', async () => {
        const extent = {
          type: 'Polygon',
          coordinates: [
            [
              [0, 0],
              [1, 0],
              [1, 1],
              [0, 1],
              [0, 0],
            ],
          ],
        };
        expect(await validate({ extent })).toMatchObject({
          is_valid: false,
          invalid_reasons: [],
          size_estimate_zipped: 0,
          items: [{ is_valid: false, invalid_reasons: ['outside-extent'] }],
        });
      });
    });
  });
}
