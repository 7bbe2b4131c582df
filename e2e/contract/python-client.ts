import { describe, expect, test } from 'vitest';

import type { ContractSite, Detail } from '../support/contract-site.ts';
import { json, send } from '../support/raw-http.ts';

/** What the reference client does, request by request, with the headers that it sends. */
export function pythonSuite(site: () => ContractSite): void {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };

  describe('16 Python reference client', () => {
    describe('create', () => {
      test('posts, and reads the export from Location', async () => {
        const body = {
          items: [{ item: site().at(`tables/${site().ids['visits']}/`) }],
          formats: { table: 'text/csv' },
        };
        const posted = await site().post('exports/', body, headers);
        const location = String(posted.headers.location);
        expect(new URL(location).host).toBe(new URL(site().url).host);
        const read = json(await site().ask(location, { headers }));
        expect(read).toMatchObject({ id: json<Detail>(posted).id, url: location });
      });
    });

    describe('len()', () => {
      test('counts by X-Resource-Range, also of an empty list', async () => {
        const pattern = /^\d+-\d+\/(\d+)$/;
        for (const path of ['exports/', 'exports/?state=gone&name=nothing', 'exports/croplayers/']) {
          const answer = await site().ask(path, { headers });
          expect(pattern.exec(String(answer.headers['x-resource-range']))).not.toBeNull();
        }
      });
    });

    describe('iteration', () => {
      test('follows page-next as it stands, on the same host, until there is none', async () => {
        const total = Number(
          String((await site().ask('exports/')).headers['x-resource-range']).split('/')[1],
        );
        const seen = new Set<number>();
        let next: string | undefined = site().at('exports/?page_size=3');
        while (next !== undefined) {
          const answer = await site().ask(next, { headers });
          for (const { id } of json<Detail[]>(answer)) seen.add(id);
          next = /<([^>]*)>; rel="page-next"/.exec(String(answer.headers['link']))?.[1];
        }
        expect(seen.size).toBe(total);
      });
    });

    describe('download', () => {
      test('follows to the archive: with the key on the same host, without it elsewhere', async () => {
        const { url } = await site().create();
        const { download_url: address } = await site().settled(url);
        const answer = await site().ask(address ?? '', { headers });
        expect(answer.status).toBe(302);
        const location = new URL(String(answer.headers.location));
        const isSameHost = location.host === new URL(site().url).host;
        const sent = isSameHost ? { ...headers, authorization: `key ${site().key}` } : headers;
        const archive = await send(location.href, { headers: sent });
        expect([archive.status, archive.headers['content-type']]).toEqual([200, 'application/zip']);
        expect(archive.headers['content-length']).toBe(String(archive.body.length));
        expect(archive.body.subarray(0, 2).toString()).toBe('PK');
      });
    });

    describe('cancel', () => {
      test('DELETE with a content type and no body is answered with JSON, as it calls .json() on it', async () => {
        const waiting = await Promise.all([site().create(), site().create(), site().create()]);
        const { url } = waiting.toSorted((a, b) => b.id - a.id)[0]!;
        const answer = await site().ask(url, { method: 'DELETE', headers });
        expect([answer.status, json(answer)['state']]).toEqual([202, 'cancelled']);
      });
    });

    describe('get_formats', () => {
      test('OPTIONS with a content type and no body has actions', async () => {
        expect(json(await site().ask('exports/', { method: 'OPTIONS', headers }))).toHaveProperty(
          'actions.POST.formats.children.vector.choices',
        );
      });
    });

    describe('get(id, expand="items")', () => {
      test('sends Expand: i,t,e,m,s and gets the plain export', async () => {
        const { url } = await site().create();
        await site().settled(url);
        const plain = json(await site().ask(url));
        expect(json(await site().ask(url, { headers: { ...headers, expand: 'i,t,e,m,s' } }))).toEqual(plain);
      });
    });

    describe('relations', () => {
      test('the features of a crop layer are an absolute address on the same host', async () => {
        const [layer] = json<{ features: string }[]>(await site().ask('exports/croplayers/', { headers }));
        expect(new URL(layer!.features).host).toBe(new URL(site().url).host);
        expect((await site().ask(layer!.features, { headers })).status).toBe(200);
      });
    });
  });
}
