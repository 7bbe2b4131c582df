import { describe, expect, test } from 'vitest';

import { type ContractSite, versions } from '../support/contract-site.ts';
import { json, send } from '../support/raw-http.ts';

/** Where things are, and who may ask. */
export function accessSuite(site: () => ContractSite): void {
  describe('1 Base URL, versions, transport', () => {
    describe('addresses', () => {
      test('both versions answer, and addresses in bodies carry the version of the request', async () => {
        for (const version of versions) {
          const answer = await site().ask('data/', {}, version);
          expect(answer.status).toBe(200);
          const urls = json<{ url: string }[]>(answer).map(({ url }) => url);
          expect(urls.length).toBeGreaterThan(0);
          for (const url of urls) expect(url.startsWith(site().at('', version))).toBe(true);
          for (const url of urls) expect(url).toMatch(/\/$/);
        }
      });

      test('without the slash a read is 301 and a write 308 to the address with it', async () => {
        for (const [method, status] of [
          ['GET', 301],
          ['HEAD', 301],
          ['POST', 308],
          ['DELETE', 308],
        ] as const) {
          const answer = await site().ask('exports?page=2', { method });
          expect([method, answer.status]).toEqual([method, status]);
          expect(answer.headers.location).toBe(`${site().at('exports/')}?page=2`);
        }
      });
    });

    describe('bodies', () => {
      test('are JSON, with times in UTC to the microsecond', async () => {
        const { url } = await site().create();
        const answer = await site().ask(url);
        expect(answer.headers['content-type']).toMatch(/^application\/json/);
        expect(json(answer)['created_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      });
    });
  });

  describe('2 Authentication and scopes', () => {
    describe('Authorization', () => {
      test('takes the scheme in any case', async () => {
        for (const scheme of ['key', 'Key', 'KEY']) {
          const headers = { authorization: `${scheme} ${site().key}` };
          expect((await site().ask('exports/', { headers })).status).toBe(200);
        }
      });

      test('a token that is missing, unknown or no token is 401 with WWW-Authenticate', async () => {
        for (const authorization of [undefined, `key ${'0'.repeat(32)}`, 'key 12', 'Bearer x']) {
          const headers = authorization === undefined ? {} : { authorization };
          const answer = await send(site().at('exports/'), { headers });
          expect(answer.status).toBe(401);
          expect(answer.headers['www-authenticate']).toBe('key');
          expect(json(answer)['detail']).toMatch(/exports:read/);
        }
      });
    });

    describe('Accepted-OAuth-Scopes, OAuth-Scopes', () => {
      test('say what the operation wants and what the token has', async () => {
        const { headers } = await site().ask('layers/');
        expect(headers['accepted-oauth-scopes']).toBe('layers:read');
        expect(String(headers['oauth-scopes']).split(' ').toSorted()).toEqual([
          'exports:read',
          'exports:write',
          'layers:read',
        ]);
      });

      test('a token without the scope is 401, not 403, and is told which it lacks', async () => {
        const reader = { authorization: `key ${await site().newKey('exports:read')}` };
        for (const [method, path, scope] of [
          ['POST', 'exports/', 'exports:write'],
          ['POST', 'exports/validate/', 'exports:write'],
          ['DELETE', 'exports/1/', 'exports:write'],
          ['GET', 'layers/', 'layers:read'],
        ] as const) {
          const answer = await site().ask(path, {
            method,
            headers: reader,
            ...(method === 'POST' && { body: '{}' }),
          });
          expect([path, answer.status]).toEqual([path, 401]);
          expect(answer.headers['accepted-oauth-scopes']).toBe(scope);
          expect(answer.headers['oauth-scopes']).toBe('exports:read');
          expect(json(answer)['detail']).toContain(scope);
        }
      });
    });
  });

  describe('11 Errors', () => {
    describe('bodies', () => {
      test('v1 sends them plain, v1.x in an envelope with the status', async () => {
        expect(json(await site().ask('exports/0/'))).toEqual({ detail: 'Not found.' });
        expect(json(await site().ask('exports/0/', {}, 'v1.x'))).toEqual({
          errors: { detail: 'Not found.' },
          status_code: 404,
        });
      });

      test('a malformed request is 400 with sentences by field', async () => {
        const answer = await site().post('exports/', { items: [{ item: 'layers/1' }], crs: 'EPSG:1' });
        expect(answer.status).toBe(400);
        expect(json(answer)).toMatchObject({ formats: ['This field is required.'] });
      });

      test('a body that is not JSON, or too large, says so', async () => {
        const broken = await site().ask('exports/', { method: 'POST', body: '{' });
        expect([broken.status, json(broken)['detail']]).toEqual([400, expect.stringMatching(/JSON/)]);
        const large = await site().post('exports/', { name: 'x'.repeat(20_000_000) });
        expect([large.status, json(large)['detail']]).toEqual([413, expect.stringMatching(/bytes/)]);
      });
    });

    describe('405', () => {
      test('names the methods that are allowed', async () => {
        for (const [method, path, allow] of [
          ['PUT', 'exports/', 'GET, HEAD, POST, OPTIONS'],
          ['PUT', 'exports/1/', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
          ['GET', 'exports/validate/', 'POST, OPTIONS'],
          ['POST', 'exports/croplayers/', 'GET, HEAD, OPTIONS'],
        ] as const) {
          const answer = await site().ask(path, { method });
          expect([path, answer.status, answer.headers.allow]).toEqual([path, 405, allow]);
          expect(json(answer)['detail']).toContain(method);
        }
      });
    });
  });
}
