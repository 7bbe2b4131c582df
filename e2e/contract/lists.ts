import { beforeAll, describe, expect, test } from 'vitest';

import type { ContractSite, Detail } from '../support/contract-site.ts';
import { json } from '../support/raw-http.ts';

/** Pages, order, filters and expansions. */
export function listSuite(site: () => ContractSite): void {
  const ask = async (path: string, headers: Record<string, string> = {}): Promise<number[]> => {
    const answer = await site().ask(path, { headers });
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}: ${answer.body.toString()}`);
    return json<Detail[]>(answer).map(({ id }) => id);
  };

  describe('3 Lists', () => {
    let owner: Record<string, string>;
    let ids: number[];

    beforeAll(async () => {
      owner = { authorization: `key ${await site().newKey('exports:read', 'exports:write', 'layers:read')}` };
      ids = [];
      for (const name of ['Alpha', 'beta', 'Gamma']) {
        const body = {
          name,
          items: [{ item: `tables/${site().ids['visits']}` }],
          formats: { table: 'text/csv' },
        };
        ids.push(json<Detail>(await site().post('exports/', body, owner)).id);
      }
    });

    describe('body', () => {
      test('is a bare array of your own, newest first', async () => {
        expect(await ask('exports/', owner)).toEqual(ids.toReversed());
      });
    });

    describe('X-Paginate-By, X-Resource-Range', () => {
      test('say how long a page may be and where it lies, from 0, the end not included', async () => {
        const first = await site().ask('exports/?page_size=2', { headers: owner });
        expect(first.headers['x-paginate-by']).toBe('2');
        expect(first.headers['x-resource-range']).toBe('0-2/3');
        const last = await site().ask('exports/?page_size=2&page=2', { headers: owner });
        expect(last.headers['x-resource-range']).toBe('2-3/3');
        const none = await site().ask('exports/?state=gone', { headers: owner });
        expect([json(none), none.headers['x-resource-range']]).toEqual([[], '0-0/0']);
      });
    });

    describe('page, page_size', () => {
      test('pages have 20 members where nothing is asked, and at most 100', async () => {
        for (const [query, size] of [
          ['', '20'],
          ['?page_size=5', '5'],
          ['?page_size=1000', '100'],
        ] as const) {
          expect((await site().ask(`layers/${query}`)).headers['x-paginate-by']).toBe(size);
        }
      });

      test('a page past the end, or that is no number, is 404', async () => {
        for (const page of ['9', '0', '-1', 'x']) {
          const answer = await site().ask(`exports/?page=${page}`, { headers: owner });
          expect([page, answer.status]).toEqual([page, 404]);
          expect(json(answer)['detail']).toMatch(/page/);
        }
      });
    });

    describe('Link', () => {
      test('leads to the other pages and orders, and keeps the other parameters', async () => {
        const answer = await site().ask('exports/?q=a&page_size=1&page=2', { headers: owner });
        const links = new Map(
          Array.from(
            String(answer.headers['link']).matchAll(/<([^>]*)>; rel="([^"]*)"/g),
            ([, url = '', rel = '']) => [rel, new URL(url)],
          ),
        );
        const pages = ['page-next', 'page-last', 'page-previous', 'page-first'];
        expect(pages.map((rel) => links.get(rel)?.searchParams.get('page'))).toEqual(['3', '3', '1', '1']);
        for (const url of links.values()) {
          expect(url.href.startsWith(site().at('exports/'))).toBe(true);
          expect(url.searchParams.get('q')).toBe('a');
        }
        expect(links.get('sort-name')?.searchParams.get('sort')).toBe('name');
        expect(
          json<Detail[]>(await site().ask(links.get('page-next')!.href, { headers: owner }))[0]?.id,
        ).toBe(ids[0]);
      });
    });

    describe('sort', () => {
      test('orders by created_at, name and state, either way', async () => {
        expect(await ask('exports/?sort=created_at', owner)).toEqual(ids);
        expect(await ask('exports/?sort=-created_at', owner)).toEqual(ids.toReversed());
        expect((await ask('exports/?sort=name', owner)).length).toBe(3);
        expect(await ask('exports/?sort=-name', owner)).toEqual(
          (await ask('exports/?sort=name', owner)).toReversed(),
        );
        expect((await ask('exports/?sort=state', owner)).length).toBe(3);
      });

      test('an attribute that the list cannot be sorted by is 400', async () => {
        const answer = await site().ask('exports/?sort=size', { headers: owner });
        expect([answer.status, json(answer)]).toEqual([400, { sort: [expect.stringMatching(/"size"/)] }]);
      });
    });

    describe('filters', () => {
      test('different names must all fit, the same name repeated any', async () => {
        const [alpha, beta] = ids;
        expect(await ask('exports/?name=kx-alpha', owner)).toEqual([alpha]);
        expect(await ask('exports/?name=kx-alpha&name=kx-beta', owner)).toEqual([beta, alpha]);
        expect(await ask('exports/?name=kx-alpha&q=beta', owner)).toEqual([]);
        expect(await ask('exports/?q=BET', owner)).toEqual([beta]);
        expect(await ask('exports/?state=gone&state=cancelled', owner)).toEqual([]);
      });

      test('times are compared with operators after a dot', async () => {
        const middle = json(await site().ask(`exports/${ids[1]}/`, { headers: owner }))[
          'created_at'
        ] as string;
        expect(await ask(`exports/?created_at.gte=${middle}`, owner)).toEqual([ids[2], ids[1]]);
        expect(await ask(`exports/?created_at.lt=${middle}`, owner)).toEqual([ids[0]]);
        const pythonic = encodeURIComponent(middle.replace('T', ' ').replace('Z', ''));
        expect(await ask(`exports/?created_at.gt=${pythonic}`, owner)).toEqual([ids[2]]);
      });

      test('a filter that the list does not have is 400, and so is a value it cannot have', async () => {
        for (const [name, query] of [
          ['sate', 'sate=gone'],
          ['state', 'state=queued'],
          ['created_at.gte', 'created_at.gte=yesterday'],
        ] as const) {
          const answer = await site().ask(`exports/?${query}`, { headers: owner });
          expect([query, answer.status]).toEqual([query, 400]);
          expect(json(answer)).toHaveProperty([name]);
        }
      });

      test('layers and tables can be found by kind and words', async () => {
        const { places, regions, visits } = site().ids;
        expect(await ask('layers/?kind=vector&sort=name')).toEqual([places, regions]);
        expect(await ask('data/?q=visit')).toEqual([visits]);
      });
    });

    describe('Expand', () => {
      test('list gives members in full, dotted words expand them further', async () => {
        const { places } = site().ids;
        const list = json<object[]>(
          await site().ask(`layers/?id=${places}`, { headers: { expand: 'list' } }),
        );
        expect(list).toEqual([json(await site().ask(`layers/${places}/`))]);
        const answer = await site().ask('exports/?page_size=1', {
          headers: { ...owner, expand: 'list,list.items' },
        });
        expect(json<object[]>(answer)).toMatchObject([{ items: [{ item: { id: site().ids['visits'] } }] }]);
      });

      test('a detail expands items, extent and crs; other words are passed over', async () => {
        const { id } = json<Detail>(
          await site().post('exports/', {
            items: [{ item: `layers/${site().ids['places']}` }],
            formats: { vector: 'text/csv' },
            crs: 'EPSG:2193',
            extent: `exports/croplayers/${site().ids['regions']}/cropfeatures/1/`,
          }),
        );
        const expand = { expand: 'items,extent,crs,nonsense' };
        expect(json(await site().ask(`exports/${id}/`, { headers: expand }))).toMatchObject({
          items: [{ item: { id: site().ids['places'], kind: 'vector' } }],
          extent: { name: 'West', geometry: { type: 'MultiPolygon' } },
          crs: { id: 'EPSG:2193' },
        });
      });

      test('OPTIONS lists the expansions', async () => {
        const list = json(await site().ask('exports/', { method: 'OPTIONS' }));
        expect(list['expansions']).toEqual(expect.arrayContaining(['list', 'list.items']));
        const detail = json(await site().ask(`exports/${ids[0]}/`, { method: 'OPTIONS' }));
        expect(detail['expansions']).toEqual(expect.arrayContaining(['items', 'extent']));
      });
    });
  });
}
