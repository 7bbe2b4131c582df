import { Client, RateLimitError } from '@outcrop/client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { insertToken } from '../../tokens/token-store.ts';
import type { CheckedApp } from '../../testing/conformance.ts';
import { openTestSite, type TestSite } from '../../testing/test-site.ts';
import { rateBudgets, type RateBudgets } from './rate-budgets.ts';
import { RateLimits } from './rate-limits.ts';
import { parseTrustedProxies } from './remote-address.ts';

const unlimited: RateBudgets = { reading: null, submitting: null, authentication: null };
const two = { perMinute: 6, burst: 2 };

let site: TestSite;
let now: number;
let token: string;
let otherToken: string;

beforeAll(async () => {
  site = await openTestSite();
  const scopes = ['exports:read', 'exports:write', 'layers:read'];
  [token, otherToken] = [
    (await insertToken(site.parts.database, { scopes, name: 'one' })).token,
    (await insertToken(site.parts.database, { scopes, name: 'other' })).token,
  ];
});

beforeEach(() => {
  now = 0;
});

afterAll(() => site.close());

function limitedApp(budgets: Partial<RateBudgets>): CheckedApp {
  const options = { trustedProxies: parseTrustedProxies('127.0.0.1'), now: () => now };
  return site.appWith({ rateLimits: new RateLimits({ budgets: { ...unlimited, ...budgets }, ...options }) });
}

interface Asking {
  readonly key?: string;
  readonly from?: string;
  readonly method?: string;
  readonly body?: string;
}

async function ask(
  app: CheckedApp,
  path: string,
  { key, from = '192.0.2.1', ...init }: Asking = {},
): Promise<Response> {
  const headers = { 'X-Forwarded-For': from, ...(key !== undefined && { Authorization: `key ${key}` }) };
  const incoming = { socket: { remoteAddress: '127.0.0.1' } as never };
  const address = path.startsWith('/') ? `http://localhost${path}` : site.at(path);
  return app.request(address, { ...init, headers }, { incoming });
}

async function statuses(count: number, one: () => Promise<Response>): Promise<number[]> {
  const found: number[] = [];
  for (let index = 0; index < count; index += 1) found.push((await one()).status);
  return found;
}

describe('reading', () => {
  test('is counted by token, and what is too much is told when to come back', async () => {
    const app = limitedApp({ reading: two });
    expect(await statuses(2, () => ask(app, 'exports/', { key: token }))).toEqual([200, 200]);
    const refused = await ask(app, 'exports/', { key: token });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe('10');
    expect(await refused.json()).toEqual({
      detail: 'Too many requests: this site takes 6 a minute; come back in 10 s.',
      code: 'rate-reading',
      limit: 6,
      value: null,
    });
    expect((await ask(app, 'exports/', { key: otherToken })).status).toBe(200);
    now += 10_000;
    expect((await ask(app, 'exports/', { key: token })).status).toBe(200);
  });

  test('is refused in an envelope by v1.x', async () => {
    const app = limitedApp({ reading: { perMinute: 1, burst: 1 } });
    const url = site.at('exports/', 'v1.x').replace('http://localhost', '');
    await ask(app, url, { key: token });
    expect(await (await ask(app, url, { key: token })).json()).toMatchObject({
      errors: { code: 'rate-reading' },
      status_code: 429,
    });
  });

  test('is counted by address where there is no token, and where none is needed', async () => {
    const app = limitedApp({ reading: two });
    expect(await statuses(2, () => ask(app, 'exports/'))).toEqual([401, 401]);
    expect((await ask(app, 'exports/')).status).toBe(429);
    expect((await ask(app, 'openapi.json')).status).toBe(429);
    expect((await ask(app, '/services/page/crs.json')).status).toBe(429);
    expect((await ask(app, 'openapi.json', { from: '192.0.2.2' })).status).toBe(200);
    expect((await ask(app, 'exports/', { key: token })).status).toBe(200);
  });

  test('leaves sending alone, and the other way round', async () => {
    const app = limitedApp({ reading: two, submitting: { perMinute: 1, burst: 1 } });
    const validate = (): Promise<Response> =>
      ask(app, 'exports/validate/', { key: token, method: 'POST', body: '{}' });
    expect(await statuses(2, validate)).toEqual([400, 429]);
    expect(await statuses(3, () => ask(app, 'exports/', { key: token }))).toEqual([200, 200, 429]);
  });
});

test('a change is something that is sent; a cancel is not, so that nobody is kept from taking back what they sent', async () => {
  const app = limitedApp({ submitting: { perMinute: 1, burst: 1 } });
  const change = (): Promise<Response> =>
    ask(app, 'exports/999/', { key: token, method: 'PATCH', body: '{}' });
  expect(await statuses(2, change)).toEqual([400, 429]);
  expect(await statuses(2, () => ask(app, 'exports/999/', { key: token, method: 'DELETE' }))).toEqual([
    404, 404,
  ]);
});

describe('guessing', () => {
  const guess = 'f'.repeat(32);

  test('counts against the address, and then no key that is new there is tried, right or wrong', async () => {
    const app = limitedApp({ authentication: two });
    expect(await statuses(3, () => ask(app, 'exports/', { key: guess }))).toEqual([401, 401, 429]);
    expect((await ask(app, 'exports/', { key: token })).status).toBe(429);
    expect((await ask(app, 'exports/', { key: token, from: '192.0.2.2' })).status).toBe(200);
    now += 10_000;
    expect((await ask(app, 'exports/', { key: guess })).status).toBe(401);
  });

  test('does not shut out those who were let in before', async () => {
    const app = limitedApp({ authentication: two });
    expect((await ask(app, 'exports/', { key: token })).status).toBe(200);
    await statuses(3, () => ask(app, 'exports/', { key: guess }));
    expect((await ask(app, 'exports/', { key: token })).status).toBe(200);
  });

  test('a header that cannot be a key, a login code and a ticket count as well', async () => {
    const app = limitedApp({ authentication: { perMinute: 6, burst: 3 } });
    expect((await ask(app, 'exports/', { key: 'x' })).status).toBe(401);
    const redeem = (): Promise<Response> =>
      ask(app, '/services/page/sign-in', { method: 'POST', body: '{"code":"x"}' });
    expect((await redeem()).status).toBe(401);
    expect((await ask(app, `/services/download/1/1.1.${'a'.repeat(43)}`)).status).toBe(404);
    expect((await redeem()).status).toBe(429);
    expect((await ask(app, '/services/download/1/1.1.x')).status).toBe(429);
  });

  test('a forged X-Forwarded-For of somebody who is no trusted proxy is not believed', async () => {
    const limits = new RateLimits({
      budgets: { ...unlimited, authentication: two },
      trustedProxies: parseTrustedProxies(''),
      now: () => now,
    });
    const app = site.appWith({ rateLimits: limits });
    const from = ['1.1.1.1', '2.2.2.2', '3.3.3.3'];
    const answers = [];
    for (const one of from) answers.push((await ask(app, 'exports/', { key: guess, from: one })).status);
    expect(answers).toEqual([401, 401, 429]);
  });
});

describe('the defaults', () => {
  const perSecond = { perMinute: 60, burst: 1 };

  test('are met by nobody who polls every second, and by no SDK that waits for 100 exports at once', () => {
    const { reading } = rateBudgets({ rates: {} }, 'token');
    expect(reading!.perMinute).toBeGreaterThan(perSecond.perMinute * 10);
    // 100 waits: four looks in the first second each, and at the longest pause one in 10 s.
    expect(reading!.burst).toBeGreaterThan(100 * 4);
    expect(reading!.perMinute).toBeGreaterThan(100 * 6);
  });

  test('are none for a site that is open to its own machine, unless outcrop.yaml names some', () => {
    expect(rateBudgets({ rates: {} }, 'local')).toEqual(unlimited);
    const rates = { reading: { per_minute: 5, burst: 1 } };
    expect(rateBudgets({ rates }, 'local')).toEqual({ ...unlimited, reading: { perMinute: 5, burst: 1 } });
    expect(rateBudgets({ rates: { reading: null } }, 'open').reading).toBeNull();
    expect(rateBudgets({ rates }, 'open').submitting).not.toBeNull();
  });
});

describe('the SDK', () => {
  function clientOf(app: CheckedApp, retries: number, answered: number[]): Client {
    return new Client('http://localhost/', {
      apiKey: token,
      retry: { retries, minMs: 1, maxMs: 5000, factor: 1, jitter: false },
      fetch: async (address, init) => {
        const response = await app.request(String(address), init);
        answered.push(response.status);
        return response;
      },
    });
  }

  test('waits as long as it is told, and then gets its answer', async () => {
    const limits = new RateLimits({
      budgets: { ...unlimited, reading: { perMinute: 60, burst: 1 } },
      trustedProxies: parseTrustedProxies(''),
    });
    const answered: number[] = [];
    const client = clientOf(site.appWith({ rateLimits: limits }), 1, answered);
    await client.layers.get(1);
    const started = performance.now();
    await client.layers.get(2);
    expect(answered).toEqual([200, 429, 200]);
    expect(performance.now() - started).toBeGreaterThan(900);
  });

  test('gives up with a RateLimitError that says when, where it may not repeat', async () => {
    const client = clientOf(limitedApp({ reading: { perMinute: 2, burst: 1 } }), 0, []);
    await client.layers.get(1);
    const failure = await client.layers.get(1).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RateLimitError);
    expect(failure).toMatchObject({ retryAfterMs: 30_000, status: 429 });
  });
});
