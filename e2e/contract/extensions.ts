import { describe, expect, test } from 'vitest';

import { type ContractSite, type Detail, versions } from '../support/contract-site.ts';
import { json, send } from '../support/raw-http.ts';

/** What Outcrop adds. */
export function extensionSuite(site: () => ContractSite): void {
  const table = (changes: object = {}): object => ({
    items: [{ item: `tables/${site().ids['visits']}` }],
    formats: { table: 'text/csv' },
    ...changes,
  });

  describe('21 Extensions', () => {
    describe('Idempotency-Key', () => {
      test('the same key and body give the same export, also at the same time', async () => {
        const key = { 'idempotency-key': 'contract-1' };
        const answers = await Promise.all(
          Array.from({ length: 5 }, () => site().post('exports/', table(), key)),
        );
        expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
        expect(new Set(answers.map((answer) => json<Detail>(answer).id)).size).toBe(1);
        const again = await site().post('exports/', table(), key);
        expect(again.headers['idempotency-replayed']).toBe('true');
      });

      test('with another body it is 422, for another token it is new, and a long one is 400', async () => {
        const key = { 'idempotency-key': 'contract-2' };
        const first = json<Detail>(await site().post('exports/', table(), key));
        const other = await site().post('exports/', table({ name: 'other' }), key);
        expect([other.status, json(other)['detail']]).toEqual([422, expect.stringMatching(/contract-2/)]);
        const stranger = { ...key, authorization: `key ${await site().newKey('exports:write')}` };
        expect(json<Detail>(await site().post('exports/', table(), stranger)).id).not.toBe(first.id);
        expect((await site().post('exports/', table(), { 'idempotency-key': 'x'.repeat(256) })).status).toBe(
          400,
        );
      });
    });

    describe('notify', () => {
      test('whom to tell is checked before anything starts, and is neither in the body nor in the archive', async () => {
        for (const webhook of [
          'nonsense',
          'http://example.com/',
          'https://127.0.0.1/',
          'https://[::ffff:10.0.0.1]/',
        ]) {
          for (const path of ['exports/', 'exports/validate/']) {
            const refused = await site().post(path, table({ notify: { webhook } }));
            expect([refused.status, Object.keys(json(refused))]).toEqual([400, ['notify']]);
          }
        }
        const told = await site().create({ notify: { webhook: 'https://example.com/hook' } });
        expect(JSON.stringify(told)).not.toContain('hook');
        const { status, body } = await site().ask(`${told.url}notifications/`);
        expect([status, Array.isArray(JSON.parse(body.toString()))]).toEqual([200, true]);
      });

      test('each token has a secret of its own', async () => {
        const own = json<{ secret: string }>(await site().ask('webhook-secret/'));
        const headers = { authorization: `key ${await site().newKey('exports:write')}` };
        const other = json<{ secret: string }>(await site().ask('webhook-secret/', { headers }));
        expect([own.secret, other.secret].every((secret) => /^whsec_[\w+/]{43}=$/.test(secret))).toBe(true);
        expect(own.secret).not.toBe(other.secret);
      });
    });

    describe('ETag, Repr-Digest, If-Range, If-None-Match', () => {
      test('an archive that the site sends has a strong tag that is its digest, and resumes by it', async () => {
        const { url } = await site().create();
        await site().settled(url);
        const { sha256, download_url: address } = json<{ sha256: string; download_url: string }>(
          await site().ask(url),
        );
        const { headers } = await site().download(address, { method: 'HEAD' });
        expect(headers.etag).toBe(`"${sha256}"`);
        expect(headers['repr-digest']).toBe(`sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`);
        const range = { range: 'bytes=10-' };
        expect(
          (await site().download(address, { headers: { ...range, 'if-range': String(headers.etag) } }))
            .status,
        ).toBe(206);
        expect(
          (await site().download(address, { headers: { ...range, 'if-range': '"older"' } })).status,
        ).toBe(200);
        const unchanged = await site().download(address, {
          headers: { 'if-none-match': String(headers.etag) },
        });
        expect([unchanged.status, unchanged.body.length]).toEqual([304, 0]);
      });
    });

    describe('options', () => {
      test('crop_mode and coordinate_precision are echoed; a wrong one is 400', async () => {
        const options = { crop_mode: 'intersects', coordinate_precision: 3 };
        expect(json(await site().post('exports/', table({ options })))).toMatchObject({ options });
        const wrong = await site().post('exports/', table({ options: { crop_mode: 'bbox' } }));
        expect([wrong.status, Object.keys(json(wrong))]).toEqual([400, ['options']]);
      });
    });

    describe('detail and validation', () => {
      test('say error, stage, digest and times; reasons come with words', async () => {
        const { url } = await site().create();
        expect(json(await site().ask(url))).toMatchObject({ error: null, warnings: [] });
        await site().settled(url);
        expect(json(await site().ask(url))).toMatchObject({
          stage: null,
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          started_at: expect.any(String),
          finished_at: expect.any(String),
        });
        const verdict = json(await site().post('exports/validate/', table({ formats: {} })));
        expect(verdict).toMatchObject({
          items: [{ invalid_details: [{ code: 'missing-format', detail: expect.stringMatching(/.{10}/) }] }],
        });
      });
    });

    describe('GET /openapi.json, /docs/', () => {
      test('the API describes itself to anyone, by version, for programs and to read', async () => {
        for (const version of versions) {
          const document = json(await send(site().at('openapi.json', version)));
          expect(document).toMatchObject({
            openapi: '3.1.0',
            info: { version },
            servers: [{ url: site().at('', version).replace(/\/$/, '') }],
          });
          const page = await send(site().at('docs/', version));
          expect(page.headers['content-type']).toMatch(/^text\/html/);
          expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'/);
        }
      });
    });

    describe('X-Request-Id', () => {
      test('is on every answer', async () => {
        for (const path of ['exports/', 'exports/0/', 'nothing/']) {
          expect((await site().ask(path)).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
        }
      });
    });
  });
}
