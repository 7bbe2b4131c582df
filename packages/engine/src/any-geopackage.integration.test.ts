import { temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { slugify } from './plan/slug.ts';
import { anyLayers } from './testing/any-layers.ts';
import { checkWish, exportPlan, exportWish, tableOf } from './testing/export-fixture.ts';
import { readWithOgr, readWkts, runGdal } from './testing/ogr.ts';
import {
  type ProductFormat,
  productFormats,
  productNames,
  readProducts,
  readProductWkts,
} from './testing/read-product.ts';

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

/** What the formats cannot hold of a geometry, and put on record. */
const withoutM: readonly ProductFormat[] = [
  'application/geo+json',
  'application/geo+json-seq',
  'application/vnd.apache.parquet',
];
const withoutEmpty: readonly ProductFormat[] = ['application/x-zipped-shp', 'application/flatgeobuf'];

/** The positions of a geometry in WKT, in an order that does not depend on where its rings begin or which way they run. */
function positionsOf(wkts: readonly string[], keepM: boolean): string[] {
  const positions = wkts.flatMap((wkt) => {
    const [, hasZ, hasM] = /^[A-Z]+ ?(Z?)(M?)/.exec(wkt) ?? [];
    const found = wkt.match(/-?\d[\d.e+-]*( -?\d[\d.e+-]*)+/g) ?? [];
    return found.map((position) => {
      const values = position.split(' ').map((value) => Number(value).toFixed(3));
      return (hasM === 'M' && !keepM ? values.slice(0, hasZ === 'Z' ? 3 : 2) : values).join(' ');
    });
  });
  return [...new Set(positions)].toSorted();
}

/** The type without dimensions, and whether it is of one part or several. */
function typeOf(wkt: string): string {
  return (/^[A-Z]+/.exec(wkt)?.[0] ?? '').replace('MULTI', '');
}

describe.each(Object.keys(anyLayers) as (keyof typeof anyLayers)[])('%s', (name) => {
  test.each(productFormats)('reads back from %s feature by feature', async (format) => {
    const table = tableOf(path, anyLayers[name].name);
    const check = await checkWish({ tables: [table], format }, folder.path);
    const { archivePath, report } = await exportPlan(check.plan!, folder.path);
    const [source, expected] = [readWithOgr(path, table.table), readWkts(path, table.table)];
    const { counts, losses } = report.items[0]!;
    expect(counts.written).toBe(source.length);
    expect(check.items[0]!.featureCount).toBe(source.length);
    expect(productNames(archivePath, format).length).toBeGreaterThan(0);
    // GDAL takes a file without a single line for no source at all.
    if (source.length === 0 && format === 'application/geo+json-seq') return;
    const [features, wkts] = [readProducts(archivePath, format), readProductWkts(archivePath, format)];
    expect(new Set(wkts.keys())).toEqual(new Set(expected.keys()));
    const keepsM = !withoutM.includes(format);
    for (const [nr, [wkt]] of expected) {
      const found = wkts.get(nr)!;
      expect(positionsOf(found, keepsM), `nr ${nr}`).toEqual(positionsOf([wkt!], keepsM));
      // A Shapefile has no collections: they are shapes of their kinds, and an empty one is a null shape.
      const isSplit = format === 'application/x-zipped-shp' && wkt!.startsWith('GEOMETRYCOLLECTION');
      const isDropped = wkt!.includes('EMPTY') && withoutEmpty.includes(format);
      // GDAL takes some geometries of GeoJSON without coordinates for none, as RFC 7946 (3.1) allows.
      const isNone = format.includes('json') && wkt!.endsWith('EMPTY') && found[0] === '';
      if (!isSplit && !isDropped && !isNone) expect(found.map(typeOf)).toEqual([typeOf(wkt!)]);
      if (isDropped) expect(found).toEqual(['']);
    }
    const hasM = [...expected.values()].some(([wkt]) => /^[A-Z]+ Z?M/.test(wkt!));
    expect(losses.some(({ code }) => code === 'm-dropped')).toBe(hasM && !keepsM);
    expect(losses.some(({ code }) => code === 'geometry-flattened')).toBe(name === 'nested');
    if (format === 'application/x-zipped-shp') return;
    expect(features.length).toBe(source.length);
    for (const [index, { properties }] of source.entries()) {
      const nr = Number(properties['nr']);
      const feature = features.find((candidate) => Number(candidate.properties['nr']) === nr);
      expect(feature, `nr ${nr} of row ${index}`).toBeDefined();
      expect(feature!.properties['naïve "name"'] ?? '').toBe(properties['naïve "name"'] ?? '');
      expect(Number(feature!.properties['select'])).toBe(properties['select']);
      expect(feature!.properties['名前']).toBe(properties['名前']);
    }
  });

  test('passes the integrity check and the check of its R-tree as a GeoPackage', async () => {
    const table = tableOf(path, anyLayers[name].name);
    const wish = { tables: [table], format: 'application/x-ogc-gpkg' } as const;
    const { archivePath } = await exportWish(wish, folder.path);
    runGdal('unzip', ['-oq', archivePath, '*.gpkg', '-d', folder.path]);
    const [member] = productNames(archivePath, 'application/x-ogc-gpkg');
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
