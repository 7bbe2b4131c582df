import { createHash } from 'node:crypto';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { apiVersions } from '../../exports/api-root.ts';
import { openTestSite, type TestSite } from '../../testing/test-site.ts';

let site: TestSite;

beforeAll(async () => {
  site = await openTestSite();
}, 60_000);

afterAll(() => site.close());

interface Document {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { operationId: string; security: unknown[] }>>>
  >;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

async function readDocument(version: (typeof apiVersions)[number]): Promise<Document> {
  const response = await site.app.request(site.at('openapi.json', version));
  expect(response.status).toBe(200);
  return (await response.json()) as Document;
}

describe.each(apiVersions)('the document of %s', (version) => {
  test('is there for anyone, and says where the paths are', async () => {
    const document = await readDocument(version);
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version } });
    expect(`${document.servers[0]!.url}/`).toBe(site.at('', version));
  });

  test('has every operation of the contract, and what it needs', async () => {
    const { paths } = await readDocument(version);
    const operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations).toEqual(
      expect.arrayContaining([
        'GET /exports/',
        'POST /exports/',
        'OPTIONS /exports/',
        'POST /exports/validate/',
        'GET /exports/{id}/',
        'DELETE /exports/{id}/',
        'GET /exports/{id}/download/',
        'GET /exports/croplayers/',
        'GET /exports/croplayers/{id}/',
        'GET /exports/croplayers/{id}/cropfeatures/',
        'GET /exports/croplayers/{id}/cropfeatures/{featureId}/',
        'GET /layers/{id}/versions/{version}/',
      ]),
    );
    expect(paths['/exports/']?.['post']?.security).toEqual([{ key: ['exports:write'] }]);
    expect(paths['/openapi.json']?.['get']?.security).toEqual([]);
  });

  test('names each operation once', async () => {
    const { paths } = await readDocument(version);
    const ids = Object.values(paths).flatMap((item) =>
      Object.values(item).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('describes the body that a create takes', async () => {
    const document = await readDocument(version);
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema(document, 'document');
    const validate = ajv.getSchema('document#/components/schemas/ExportRequest')!;
    expect(
      validate({ items: [{ item: 'layers/2' }], formats: { vector: 'text/csv' }, crs: 'EPSG:4326' }),
    ).toBe(true);
    for (const wrong of [
      {},
      { items: [], formats: {} },
      { items: [{ item: 'layers/2', color: 'red' }], formats: {} },
    ]) {
      expect(validate(wrong)).toBe(false);
    }
  });

  test('can be read as a page that runs and loads nothing', async () => {
    const response = await site.app.request(site.at('docs/', version));
    const page = await response.text();
    expect(page).toContain(`<title>Outcrop exports ${version}</title>`);
    for (const words of [
      '/exports/{id}/download/',
      'Idempotency-Key',
      'created_at.gte',
      'size_estimate_zipped',
    ]) {
      expect(page).toContain(words);
    }
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|\son\w+=|style=/i);
    const [, style = ''] = /<style>([^]*)<\/style>/.exec(page)!;
    const digest = createHash('sha256').update(style).digest('base64');
    expect(response.headers.get('Content-Security-Policy')).toContain(
      `default-src 'none'; style-src 'sha256-${digest}'`,
    );
    for (const [, target = ''] of page.matchAll(/href="#([^"]+)"/g)) {
      expect(page).toContain(`id="${target}"`);
    }
    expect(page).not.toContain('[object Object]');
  });
});
