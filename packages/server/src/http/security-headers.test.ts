import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openTestSite, type TestSite } from '../testing/test-site.ts';

let site: TestSite;
let exportId: unknown;

beforeAll(async () => {
  site = await openTestSite();
  ({ id: exportId } = await site.create());
  await site.waitFor(exportId, 'complete');
});

afterAll(() => site.close());

const html = { Accept: 'text/html' };

describe('every answer', () => {
  test.each([
    ['a list', 'exports/', {}, 200],
    ['a page of HTML', 'http://localhost/', { headers: html }, 200],
    ['the document to read', 'docs/', {}, 200],
    ['an asset that is not there', 'http://localhost/assets/x.js', {}, 404],
    ['a redirect', 'exports', {}, 301],
    [
      'a preflight',
      'exports/',
      { method: 'OPTIONS', headers: { 'Access-Control-Request-Method': 'GET' } },
      204,
    ],
    ['a refusal of a token', 'exports/', { headers: { Authorization: 'key x' } }, 401],
    ['a refusal of a method', 'exports/', { method: 'PUT' }, 405],
    ['a body that is not JSON', 'exports/', { method: 'POST', body: '{' }, 400],
    ['nothing', 'http://localhost/nothing', {}, 404],
    ['an order without the secret', 'http://localhost/.outcrop/tokens', { method: 'POST' }, 404],
  ])('says what browsers may do with it: %s', async (_, path, init, status) => {
    const { headers, status: answered } = await site.ask(path, init);
    expect(answered).toBe(status);
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('Referrer-Policy')).toBe('no-referrer');
    expect(headers.get('Content-Security-Policy')).toMatch(/^default-src 'none';.*frame-ancestors 'none'/);
    expect(headers.get('Cross-Origin-Resource-Policy')).toBe('same-origin');
    expect(headers.get('X-Frame-Options')).toBe('DENY');
    expect(headers.get('Cache-Control')).not.toBeNull();
    expect(headers.get('Strict-Transport-Security')).toBeNull();
  });

  test("is kept by no cache where it is one person's", async () => {
    const paths = ['exports/', `exports/${String(exportId)}/`, 'layers/', 'exports/croplayers/'];
    for (const path of paths) {
      expect((await site.ask(path)).headers.get('Cache-Control')).toBe('no-store');
    }
    const archive = await site.ask(`exports/${String(exportId)}/download/`);
    expect(archive.headers.get('Cache-Control')).toMatch(/private|no-store/);
    await archive.body?.cancel();
  });

  test('asks for HTTPS from then on where the site is reached by it', async () => {
    const app = site.appWith({ siteRoot: new URL('https://data.example/') });
    const { headers } = await app.request(site.at('openapi.json'));
    expect(headers.get('Strict-Transport-Security')).toBe('max-age=31536000');
  });
});

test('an address that is too long to be meant is refused', async () => {
  const answer = await site.ask(`exports/?name=${'x'.repeat(9000)}`);
  expect(answer.status).toBe(414);
  expect(await answer.json()).toEqual({ detail: expect.stringContaining('this site takes 8000') });
});
