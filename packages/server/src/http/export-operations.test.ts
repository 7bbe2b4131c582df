import { readdir } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { deferred } from '../testing/deferred.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';

let site: TestSite;

beforeAll(async () => {
  site = await openTestSite();
}, 60_000);

afterAll(() => site.close());

const gpkg = 'application/x-ogc-gpkg';

describe('cancel', () => {
  // Exports of the tests above may still wait their turn; the one worker is idle once this one is done.
  beforeAll(async () => {
    await site.waitFor((await site.create())['id'], 'complete');
  });

  test('stops the run, answers 202 with the export, and a second cancel answers 409', async () => {
    const started = deferred<AbortSignal>();
    site.engine.run = async ({ signal, onProgress }) => {
      onProgress?.({ fraction: 0.5, stage: 'half' });
      started.resolve(signal!);
      await new Promise((_, reject) =>
        signal!.addEventListener('abort', () => reject(signal!.reason as Error)),
      );
    };
    const { id } = await site.create();
    const signal = await started.promise;
    const response = await site.ask(`exports/${String(id)}/`, { method: 'DELETE' });
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({
      id,
      state: 'cancelled',
      progress: null,
      download_url: null,
    });
    expect(signal.aborted).toBe(true);
    const again = await site.ask(`exports/${String(id)}/`, { method: 'DELETE' });
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ errors: ["Can't cancel"] });
    site.engine.run = async () => undefined;
    await site.waitFor((await site.create())['id'], 'complete');
    expect(await (await site.ask(`exports/${String(id)}/`)).json()).toMatchObject({ state: 'cancelled' });
  });

  test('wins over a run that ends at the same moment', async () => {
    const started = deferred<void>();
    const goOn = deferred<void>();
    site.engine.run = async () => {
      started.resolve();
      await goOn.promise;
    };
    const { id } = await site.create();
    await started.promise;
    site.parts.workers.abort = () => undefined;
    expect((await site.ask(`exports/${String(id)}/`, { method: 'DELETE' })).status).toBe(202);
    goOn.resolve();
    site.engine.run = async () => undefined;
    await site.waitFor((await site.create())['id'], 'complete');
    expect(await (await site.ask(`exports/${String(id)}/`)).json()).toMatchObject({
      state: 'cancelled',
      sha256: null,
    });
    const [run] = await site.parts.database.query<{ run_id: number; archive_key: string | null }>(
      'SELECT run_id, archive_key FROM outcrop.runs JOIN outcrop.exports ON run_id = runs.id WHERE exports.id = $1',
      [id],
    );
    expect(run!.archive_key).toBeNull();
    const stored = await readdir(site.parts.site.paths.exports, { recursive: true });
    expect(stored.filter((name) => name.startsWith(`${run!.run_id}/`))).toEqual([]);
  });
});

describe('list', () => {
  test('gives seven keys an export, newest first, in pages', async () => {
    await site.create();
    await site.create();
    const response = await site.ask('exports/?page_size=1&page=2&_=y');
    const list = (await response.json()) as Record<string, unknown>[];
    expect(Object.keys(list[0]!).toSorted()).toEqual([
      'created_at',
      'created_via',
      'download_url',
      'id',
      'name',
      'state',
      'url',
    ]);
    expect(response.headers.get('X-Paginate-By')).toBe('1');
    const [, total] = /^1-2\/(\d+)$/.exec(response.headers.get('X-Resource-Range')!)!;
    expect(response.headers.get('Link')).toBe(
      [
        `<${site.at('exports/')}?page_size=1&page=3&_=y>; rel="page-next"`,
        `<${site.at('exports/')}?page_size=1&page=${total}&_=y>; rel="page-last"`,
        `<${site.at('exports/')}?page_size=1&page=1&_=y>; rel="page-previous"`,
        `<${site.at('exports/')}?page_size=1&page=1&_=y>; rel="page-first"`,
        ...['created_at', 'finished_at', 'expires_at', 'name', 'state', 'id'].map(
          (name) => `<${site.at('exports/')}?page_size=1&_=y&sort=${name}>; rel="sort-${name}"`,
        ),
      ].join(', '),
    );
    const first = (await (await site.ask('exports/?page_size=1000')).json()) as { id: number }[];
    expect(first.map(({ id }) => id)).toEqual(first.map(({ id }) => id).toSorted((a, b) => b - a));
  });

  test('gives the exports in full when asked to expand', async () => {
    const response = await site.ask('exports/', { headers: { Expand: 'list' } });
    expect(await response.json()).toContainEqual(
      expect.objectContaining({ items: expect.any(Array), progress: expect.any(Number) }),
    );
  });

  test('answers 404 past the end and for what is no page', async () => {
    for (const page of ['999', '999999999', '0', '-1', 'x', '1e3', '99999999999']) {
      const response = await site.ask(`exports/?page=${page}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ detail: expect.stringContaining('Invalid page') });
    }
  });
});

describe('formats', () => {
  test('are those that the engine can write, by kind, with the label of the kind', async () => {
    const response = await site.ask('exports/', { method: 'OPTIONS' });
    const body = (await response.json()) as {
      actions: { POST: { formats: { children: Record<string, { choices: unknown }> } } };
    };
    const { children } = body.actions.POST.formats;
    expect(Object.keys(children)).toEqual(['vector', 'table']);
    expect(children['vector']!.choices).toEqual([
      { display_name: 'CSV', value: 'text/csv' },
      { display_name: 'GeoPackage / SQLite', value: gpkg },
    ]);
  });

  test('have File Geodatabase under the misspelling that is the contract, where it can be written', async () => {
    const misspelt = 'applicaton/x-ogc-filegdb';
    const producible = vi.spyOn(site.engine, 'producibleFormats').mockResolvedValue([misspelt]);
    const offered = await (await site.ask('exports/', { method: 'OPTIONS' })).json();
    expect(offered).toHaveProperty('actions.POST.formats.children.vector.choices', [
      { display_name: 'File Geodatabase', value: misspelt },
    ]);
    for (const vector of [misspelt, 'application/x-ogc-filegdb']) {
      expect(await site.create({ formats: { vector } })).toMatchObject({ formats: { vector: misspelt } });
    }
    producible.mockRestore();
  });

  test('are not hidden by a preflight, which has its own answer', async () => {
    const response = await site.app.request(site.at('exports/'), {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://a.example',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(response.headers.get('Access-Control-Allow-Headers')).toBe('authorization,content-type');
    expect(response.headers.get('Access-Control-Allow-Credentials')).toBeNull();
  });
});
