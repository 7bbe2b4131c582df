import { pathToFileURL } from 'node:url';

import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { runCommand } from '../run-command.ts';
import type { ImportedIntoSite, ImportOrder } from '../server-port.ts';
import { testContext, type TestContext } from '../testing/test-context.ts';

let folder: TemporaryFolder;
let orders: ImportOrder[];

beforeEach(async () => {
  folder = await temporaryFolder();
  orders = [];
});

afterEach(() => folder[Symbol.asyncDispose]());

const roads: ImportedIntoSite['imported'][number] = {
  source: 'roads.zip/roads.shp',
  layer: 'roads',
  file: 'roads.gpkg',
  table: 'roads',
  kind: 'vector',
  featureCount: 1234,
  crs: 'EPSG:2193',
  crsFrom: 'named by the source',
  changes: [{ code: 'field-renamed', count: 1, detail: 'a is called b.' }],
};

function context(result: Partial<ImportedIntoSite>): TestContext {
  const configFile = pathToFileURL(folder.file('outcrop.yaml'));
  const importIntoSite = async (order: ImportOrder): Promise<ImportedIntoSite> => {
    orders.push(order);
    order.onProgress?.(0.5, 'roads');
    return { configFile, imported: [], skipped: [], ...result };
  };
  return testContext({ workingFolder: folder.path, server: { importIntoSite } });
}

test('says what came in, where it is and what changed', async () => {
  const held = context({
    imported: [roads],
    skipped: [{ source: 'roads.zip/x.csv', layer: 'x', reason: 'no CRS' }],
  });
  const exitCode = await runCommand(['import', 'roads.zip', '--site', '.', '--crs', 'EPSG:2193'], held);
  expect(exitCode).toBe(0);
  expect(held.printed).toEqual([
    'roads.zip/roads.shp, roads: 1,234 in roads.gpkg, table roads; EPSG:2193, named by the source',
    '  a is called b.',
  ]);
  expect(held.noted).toContain('left out: roads.zip/x.csv, x: no CRS');
  expect(orders).toMatchObject([{ files: [folder.file('roads.zip')], crs: 'EPSG:2193', replace: false }]);
});

test('prints JSON and nothing else', async () => {
  const held = context({ imported: [roads] });
  expect(await runCommand(['import', 'a.shp', '--site', '.', '--json'], held)).toBe(0);
  expect(JSON.parse(held.printed.join('\n'))).toEqual({ imported: [roads], skipped: [] });
  expect(held.noted).toEqual([]);
});

test('fails where nothing came in', async () => {
  const held = context({ skipped: [{ source: 'a.csv', layer: 'a', reason: 'no CRS' }] });
  expect(await runCommand(['import', 'a.csv', '--site', '.'], held)).toBe(1);
  expect(held.noted).toEqual(
    expect.arrayContaining(['left out: a.csv, a: no CRS', 'outcrop: Nothing was imported']),
  );
});

test('one coordinate column alone is a mistake', async () => {
  const held = context({});
  expect(await runCommand(['import', 'a.csv', '--site', '.', '--x', 'lon'], held)).toBe(2);
  expect(orders).toEqual([]);
});

test('init brings in what it finds, and says of each why it could not', async () => {
  const configFile = pathToFileURL(folder.file('outcrop.yaml'));
  const skipped = [
    { path: 'roads.shp', table: null, reason: 'it is not a GeoPackage', isImportable: true as const },
    { path: 'bad.csv', table: null, reason: 'it is not a GeoPackage', isImportable: true as const },
    { path: 'broken.gpkg', table: null, reason: 'damaged' },
  ];
  const held = testContext({
    workingFolder: folder.path,
    server: {
      initSite: async () => ({ configFile, layers: [{ id: 1, title: 'Roads' }], skipped }),
      importIntoSite: async (order) => {
        orders.push(order);
        if (order.files[0]!.endsWith('bad.csv')) throw new Error('bad.csv holds no layer.');
        return { configFile, imported: [roads], skipped: [] };
      },
    },
  });
  expect(await runCommand(['init', '.', '--import'], held)).toBe(0);
  expect(orders.map(({ files, replace }) => [files[0], replace])).toEqual([
    [folder.file('roads.shp'), true],
    [folder.file('bad.csv'), true],
  ]);
  expect(held.printed).toContain('  1  Roads');
  expect(held.noted).toEqual([
    'left out: broken.gpkg: damaged',
    'left out: bad.csv: bad.csv holds no layer.',
  ]);
});
