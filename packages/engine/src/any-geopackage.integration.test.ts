import { temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { slugify } from './plan/slug.ts';
import { anyLayers } from './testing/any-layers.ts';
import { exportWish, tableOf } from './testing/export-fixture.ts';
import { readWithOgr, runGdal } from './testing/ogr.ts';
import { productFormats, readProducts } from './testing/read-product.ts';

let folder: TemporaryFolder;
let path: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  path = folder.file('any.gpkg');
  writeGeoPackage(path, { tables: Object.values(anyLayers) });
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

/** What GDAL reads of all files of a format in an archive, without a warning. */
function productsOf(archivePath: string, format: WrittenFormat): string[] {
  const names = runGdal('unzip', ['-Z1', archivePath]).split('\n');
  return names
    .filter((name) => name.endsWith(`.${writtenFormats[format]}`))
    .map((name) => `/vsizip/${archivePath}/${name}`);
}

describe.each(Object.keys(anyLayers) as (keyof typeof anyLayers)[])('%s', (name) => {
  test.each(formats)('reads back with GDAL from %s', async (format) => {
    const table = tableOf(path, anyLayers[name].name);
    const { archivePath, report } = await exportWish({ tables: [table], format }, folder.path);
    const source = readWithOgr(path, table.table);
    expect(report.items[0]!.counts.written).toBe(source.length);
    const products = productsOf(archivePath, format);
    expect(products.length).toBeGreaterThan(0);
    const features = products.flatMap((product) => {
      runGdal('ogrinfo', ['-ro', '-al', '-q', product], { noWarnings: true });
      return readWithOgr(product);
    });
    if (format === 'application/x-zipped-shp') {
      // A collection becomes a shape for each of its kinds.
      expect(new Set(features.map(({ properties }) => properties['nr'])).size).toBe(source.length);
      return;
    }
    expect(features.length).toBe(source.length);
    const byNumber = new Map(features.map((feature) => [Number(feature.properties['nr']), feature]));
    for (const expected of source) {
      const feature = byNumber.get(Number(expected.properties['nr']));
      expect(feature, `nr ${String(expected.properties['nr'])}`).toBeDefined();
      expect(feature!.properties['naïve "name"'] ?? '').toBe(expected.properties['naïve "name"'] ?? '');
      const [mine, theirs] = [feature!.geometry, expected.geometry].map((geometry) => numbersOf(geometry));
      if (mine!.length !== theirs!.length) expect(feature!.geometry).toBe(expected.geometry);
      for (const [index, value] of mine!.entries()) expect(value).toBeCloseTo(theirs![index]!, 3);
    }
  });

  test('passes the integrity check and the check of its R-tree as a GeoPackage', async () => {
    const table = tableOf(path, anyLayers[name].name);
    const wish = { tables: [table], format: 'application/x-ogc-gpkg' } as const;
    const { archivePath } = await exportWish(wish, folder.path);
    runGdal('unzip', ['-oq', archivePath, '*.gpkg', '-d', folder.path]);
    const [member] = productsOf(archivePath, 'application/x-ogc-gpkg');
    const script = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(db.execute('PRAGMA integrity_check').fetchone()[0])
print(db.execute('PRAGMA foreign_key_check').fetchall())
print(db.execute('SELECT rtreecheck(?)', (sys.argv[2],)).fetchone()[0])
print(db.execute('PRAGMA journal_mode').fetchone()[0])`;
    const file = folder.file(member!.split('/').at(-1)!);
    const slug = slugify(table.table);
    const answer = runGdal('python3', ['-c', script, file, `rtree_${slug}_${table.geometry!.name}`]);
    expect(answer.trim().split('\n')).toEqual(['ok', '[]', 'ok', 'delete']);
  });
});

function numbersOf(geometry: string | null): number[] {
  return (geometry ?? '').match(/-?\d+(\.\d+)?(e[+-]?\d+)?/g)?.map(Number) ?? [];
}

test('GDAL can go on editing a product: the triggers keep the R-tree true', async () => {
  const table = tableOf(path, anyLayers.points.name);
  const wish = { tables: [table], format: 'application/x-ogc-gpkg' } as const;
  const { archivePath } = await exportWish(wish, folder.path);
  const edited = folder.file('edited');
  runGdal('unzip', ['-oq', archivePath, '*.gpkg', '-d', edited]);
  const slug = slugify(table.table);
  const file = `${edited}/${slug}.gpkg`;
  const column = table.geometry!.name;
  const sql = `UPDATE "${slug}" SET "${column}" = (SELECT b."${column}" FROM "${slug}" b WHERE b.nr = 2) WHERE nr = 1`;
  runGdal('ogrinfo', ['-q', file, '-sql', sql], { noWarnings: true });
  runGdal('ogrinfo', ['-q', file, '-sql', `DELETE FROM "${slug}" WHERE nr = 3`], { noWarnings: true });
  const script = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
tree = '"rtree_%s_%s"' % (sys.argv[2], sys.argv[3])
print(db.execute('SELECT count(*), count(DISTINCT minx) FROM ' + tree).fetchone())`;
  const answer = runGdal('python3', ['-c', script, file, slug, column]).trim();
  const placed = anyLayers.points.features.filter(
    ({ geometry }) => geometry != null && geometry.type === 'Point' && geometry.coordinates.length > 0,
  ).length;
  expect(answer).toBe(`(${placed - 1}, ${placed - 2})`);
});
