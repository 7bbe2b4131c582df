import { createHash } from 'node:crypto';

import { beforeAll, describe, expect, test } from 'vitest';

import type { ContractSite, Detail } from '../support/contract-site.ts';
import { json, send } from '../support/raw-http.ts';

/** The archive on its way. */
export function downloadSuite(site: () => ContractSite): void {
  describe('4.7 GET /exports/{id}/download/', () => {
    let complete: Detail & { readonly sha256: string; readonly size_complete_zipped: number };
    let address: string;
    let archive: Buffer;

    beforeAll(async () => {
      const { url } = await site().create({ name: 'Visits, all (of them)' });
      await site().settled(url);
      complete = json(await site().ask(url));
      address = complete.download_url ?? '';
      archive = (await site().download(address)).body;
    });

    describe('12 the archive', () => {
      test('needs the key, and is a zip file of the length and digest that were said', async () => {
        expect((await send(address)).status).toBe(401);
        const answer = await site().download(address);
        expect(answer.status).toBe(200);
        expect(answer.headers['content-type']).toBe('application/zip');
        expect(answer.headers['content-length']).toBe(String(complete.size_complete_zipped));
        expect(answer.body.length).toBe(complete.size_complete_zipped);
        expect(answer.body.subarray(0, 2).toString()).toBe('PK');
        expect(createHash('sha256').update(answer.body).digest('hex')).toBe(complete.sha256);
      });

      test('the first download is noted', async () => {
        const { downloaded_at: noted } = json(await site().ask(complete.url));
        expect(noted).toMatch(/Z$/);
        await site().download(address);
        expect(json(await site().ask(complete.url))['downloaded_at']).toBe(noted);
      });
    });

    describe('302', () => {
      test('leads to a signed address that needs no key, and is not to be kept', async () => {
        const first = await site().ask(address);
        expect([first.status, first.body.length, first.headers['cache-control']]).toEqual([
          302,
          0,
          'no-store',
        ]);
        const location = new URL(String(first.headers.location));
        const answer = await send(location.href);
        expect(answer.body.equals(archive)).toBe(true);
        expect(location.href).not.toContain(site().key);
      });
    });

    describe('Content-Disposition', () => {
      test('has the name in both forms', async () => {
        const { headers } = await site().download(address, { method: 'HEAD' });
        expect(headers['content-disposition']).toBe(
          `attachment; filename="kx-visits-all-of-them.zip"; filename*=UTF-8''kx-visits-all-of-them.zip`,
        );
      });
    });

    describe('HEAD', () => {
      test('says the length and sends nothing', async () => {
        const answer = await site().download(address, { method: 'HEAD' });
        expect([answer.status, answer.body.length]).toEqual([200, 0]);
        expect(answer.headers['content-length']).toBe(String(archive.length));
      });
    });

    describe('Range, Accept-Ranges, Content-Range', () => {
      test('a part is 206, and the parts together are the whole', async () => {
        const middle = Math.floor(archive.length / 2);
        const parts: Buffer[] = [];
        for (const [range, content] of [
          [`bytes=0-${middle - 1}`, `bytes 0-${middle - 1}/${archive.length}`],
          [`bytes=${middle}-`, `bytes ${middle}-${archive.length - 1}/${archive.length}`],
        ] as const) {
          const answer = await site().download(address, { headers: { range } });
          expect([answer.status, answer.headers['content-range']]).toEqual([206, content]);
          expect(answer.headers['accept-ranges']).toBe('bytes');
          parts.push(answer.body);
        }
        expect(Buffer.concat(parts).equals(archive)).toBe(true);
      });

      test('outside the archive it is 416', async () => {
        const answer = await site().download(address, { headers: { range: 'bytes=99999999-' } });
        expect(answer.status).toBe(416);
      });
    });

    describe('410', () => {
      test('an archive that was removed is 410, and the export then gone', async () => {
        const { url } = await site().create();
        const { sha256 } = await site().settled(url);
        await site().removeArchive(sha256 ?? '');
        expect((await site().ask(`${url}download/`)).status).toBe(410);
        expect(json(await site().ask(url))).toMatchObject({ state: 'gone', download_url: null });
        expect((await site().ask(`${url}download/`, { method: 'HEAD' })).status).toBe(410);
      });
    });

    describe('404', () => {
      test('an export that has no archive yet, or never will, is 404', async () => {
        const waiting = await Promise.all([
          site().create(),
          site().create(),
          site().create(),
          site().create(),
        ]);
        const { url } = waiting.toSorted((a, b) => b.id - a.id)[0]!;
        expect((await site().ask(`${url}download/`)).status).toBe(404);
        await site().ask(url, { method: 'DELETE' });
        const answer = await site().ask(`${url}download/`);
        expect([answer.status, json(answer)['detail']]).toEqual([
          404,
          expect.stringMatching(/cancelled|complete/),
        ]);
      });
    });
  });
}
