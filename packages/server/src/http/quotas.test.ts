import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { readSiteConfig } from '../catalogue/read-site-config.ts';
import { openSite } from '../catalogue/site.ts';
import { quotasOf } from '../exports/quotas.ts';
import { insertToken } from '../tokens/token-store.ts';
import type { CheckedApp } from '../testing/conformance.ts';
import { fakeEngine } from '../testing/fake-engine.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';

let site: TestSite;

beforeAll(async () => {
  site = await openTestSite();
});

afterAll(() => site.close());

const body = { items: [{ item: 'tables/3' }], formats: { table: 'text/csv' } };

async function createAs(app: CheckedApp, key: string, version: 'v1' | 'v1.x' = 'v1'): Promise<Response> {
  return app.request(site.at('exports/', version), {
    method: 'POST',
    headers: { Authorization: `key ${key}` },
    body: JSON.stringify(body),
  });
}

describe('a create beyond a quota', () => {
  test('is refused with the code, the figures, and when to come back', async () => {
    const quotas = { unfinishedExports: null, exportsPerDay: 1, bytesPerDay: null };
    const app = site.appWith({ quotas });
    const { token } = await insertToken(site.parts.database, { scopes: ['exports:write'], name: 'q' });
    expect((await createAs(app, token)).status).toBe(201);
    const refused = await createAs(app, token);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(86_000);
    expect(await refused.json()).toEqual({
      code: 'quota-exports-per-day',
      detail: expect.stringMatching(
        /^You have made 1 exports in the last 24 hours.*The next can be made at 20/,
      ),
      limit: 1,
      value: 2,
    });
    const enveloped = await createAs(app, token, 'v1.x');
    expect(await enveloped.json()).toMatchObject({
      errors: { code: 'quota-exports-per-day' },
      status_code: 429,
    });
  });
});

describe('outcrop.yaml', () => {
  async function limitsOf(yaml: string): Promise<ReturnType<typeof quotasOf>> {
    const file = new URL('limits.yaml', site.folder);
    await writeFile(file, yaml);
    return quotasOf((await readSiteConfig(file))!.config.limits, false);
  }

  test('names quotas; unfinished exports are limited where it does not', async () => {
    expect(await limitsOf('title: A')).toEqual({
      unfinishedExports: 1000,
      exportsPerDay: null,
      bytesPerDay: null,
    });
    expect(
      await limitsOf(
        'limits: { max_unfinished_exports: null, max_exports_per_day: 5, max_bytes_per_day: 1000000000 }',
      ),
    ).toEqual({ unfinishedExports: null, exportsPerDay: 5, bytesPerDay: 1e9 });
  });

  test.each([
    ['limits: { max_exports_per_day: 0 }', 'limits.max_exports_per_day'],
    ['limits: { rates: { reading: { per_minute: 0, burst: 1 } } }', 'limits.rates.reading.per_minute'],
    ['limits: { rates: { reading: { per_minute: 1 } } }', 'limits.rates.reading.burst'],
    ['limits: { rates: { writing: null } }', 'writing'],
  ])('with %s is refused, naming the key', async (yaml, key) => {
    await expect(limitsOf(yaml)).rejects.toThrow(key);
  });

  test.each([
    ['{ max_bytes_per_day: 100 }', 100],
    ['{ max_bytes_per_day: 100, max_archive_bytes: 50 }', 50],
    ['{ max_bytes_per_day: 100, max_archive_bytes: 500 }', 100],
    ['{ max_archive_bytes: 500 }', 500],
    ['{}', null],
  ])('with limits %s refuses archives of more than %s bytes as too large', async (limits, most) => {
    const folder = pathToFileURL(`${await mkdtemp(join(tmpdir(), 'outcrop-limits-'))}/`);
    await writeFile(new URL('outcrop.yaml', folder), `limits: ${limits}`);
    const opened = await openSite(folder, fakeEngine());
    expect(opened.planContext.maxArchiveBytes).toBe(most);
    await rm(folder, { recursive: true });
  });
});
