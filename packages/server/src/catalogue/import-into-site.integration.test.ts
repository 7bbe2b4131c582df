import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { type TemporaryFolder, temporaryFolder } from '@outcrop/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { importIntoSite } from './import-into-site.ts';
import { initSite } from './init-site.ts';
import { openSite } from './site.ts';

let temporary: TemporaryFolder;
let folder: URL;
let roads: string;

const collection = (names: readonly string[]): string =>
  JSON.stringify({
    type: 'FeatureCollection',
    features: names.map((name) => ({
      type: 'Feature',
      properties: { name },
      geometry: { type: 'Point', coordinates: [170, -40] },
    })),
  });

beforeEach(async () => {
  temporary = await temporaryFolder();
  folder = pathToFileURL(`${temporary.path}/site/`);
  const { mkdir } = await import('node:fs/promises');
  await mkdir(folder);
  roads = join(temporary.path, 'Main Roads.geojson');
  await writeFile(roads, collection(['a', 'b']));
});

afterEach(() => temporary[Symbol.asyncDispose]());

test('a file becomes a GeoPackage of the site, and a layer that can be exported', async () => {
  const { imported, skipped } = await importIntoSite({ folder, files: [roads] });
  expect(skipped).toEqual([]);
  expect(imported).toMatchObject([
    { file: 'main-roads.gpkg', table: 'main_roads', featureCount: 2, crs: 'EPSG:4326' },
  ]);
  await using site = await disposable(openSite(folder));
  expect(site.layers.map(({ id, title, kind }) => ({ id, title, kind }))).toEqual([
    { id: 1, title: 'Main Roads', kind: 'vector' },
  ]);
  expect(await site.survey(site.layers[0]!)).toMatchObject({ featureCount: 2 });
});

test('a second import stands beside the first, unless it replaces it and keeps the ids', async () => {
  await importIntoSite({ folder, files: [roads] });
  const second = await importIntoSite({ folder, files: [roads] });
  expect(second.imported[0]!.file).toBe('main-roads-2.gpkg');
  await writeFile(roads, collection(['a', 'b', 'c']));
  await importIntoSite({ folder, files: [roads], replace: true });
  await using site = await disposable(openSite(folder));
  expect(site.layers.map(({ id, file }) => [id, file])).toEqual([
    [1, 'main-roads.gpkg'],
    [2, 'main-roads-2.gpkg'],
  ]);
  expect(await site.survey(site.layers[0]!)).toMatchObject({ featureCount: 3 });
});

test('what cannot be imported leaves nothing behind', async () => {
  await writeFile(roads, '{"type":');
  await expect(importIntoSite({ folder, files: [roads] })).rejects.toThrow(
    'Main Roads.geojson cannot be read as GeoJSON',
  );
  expect(await readdir(new URL('.outcrop/work/', folder))).toEqual([]);
  expect(await readdir(folder)).toEqual(['.outcrop']);
});

test('one of several files that cannot be read keeps none of the others out', async () => {
  const damaged = join(temporary.path, 'damaged.geojson');
  await writeFile(damaged, '{"type":');
  const { imported, skipped } = await importIntoSite({ folder, files: [damaged, roads] });
  expect(imported.map(({ file }) => file)).toEqual(['main-roads.gpkg']);
  expect(skipped).toMatchObject([{ source: 'damaged.geojson', layer: null }]);
  expect(skipped[0]!.reason).toContain('damaged.geojson cannot be read as GeoJSON');
  await using site = await disposable(openSite(folder));
  expect(site.layers.map(({ title }) => title)).toEqual(['Main Roads']);
});

test('init says of files of other formats how they are brought in', async () => {
  await writeFile(new URL('paths.geojson', folder), collection(['a']));
  const { layers, skipped } = await initSite(folder);
  expect(layers).toEqual([]);
  expect(skipped).toEqual([
    {
      path: 'paths.geojson',
      table: null,
      reason: 'it is not a GeoPackage; bring it in with outcrop import "paths.geojson" --site',
      isImportable: true,
    },
  ]);
  expect(await readFile(new URL('outcrop.yaml', folder), 'utf8')).toMatch(/layers:\s+\[\]/);
});

async function disposable<T extends { close(): Promise<void> }>(
  opening: Promise<T>,
): Promise<T & AsyncDisposable> {
  const opened = await opening;
  return Object.assign(opened, { [Symbol.asyncDispose]: () => opened.close() });
}
