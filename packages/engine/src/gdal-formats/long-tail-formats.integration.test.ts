import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Loss, Mimetype } from '@outcrop/contract';
import { temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { LossLog } from '../formats/loss-log.ts';
import { kmlFormat } from '../formats/kml-format.ts';
import { checkExportHere } from '../plan/check.ts';
import { outputSchema } from '../plan/output-schema.ts';
import { runExport } from '../run/run-export.ts';
import { FeatureReader } from '../source/feature-reader.ts';
import { surveyTableHere } from '../source/survey.ts';
import { anyLayers } from '../testing/any-layers.ts';
import { checkWish, contextOf, exportWish, planOf, requestOf, tableOf } from '../testing/export-fixture.ts';
import { readWithOgr, runGdal } from '../testing/ogr.ts';
import { typedLayer } from '../testing/typed-layer.ts';
import { ogrFormat } from './ogr-format.ts';
import { findRecipe } from './ogr-recipes.ts';

let folder: TemporaryFolder;
let path: string;

const rows = {
  name: 'rows',
  columns: [
    { name: 'code', type: 'INTEGER' },
    { name: 'label', type: 'TEXT' },
  ],
  features: [
    { attributes: { code: 1, label: 'one' } },
    { attributes: { code: null, label: '=1+1' } },
    { attributes: { code: 3, label: 'a\u0007b\0c' } },
  ],
} as const;

const somewhere = { type: 'Point', coordinates: [174.5, -41.5] } as const;
const point = { type: 'POINT', epsg: 4326 } as const;
/** Nothing but texts, one with a name that is no name in XML and one that a GML has of its own. */
const texts = {
  name: 'texts',
  geometry: point,
  columns: [
    { name: 'c', type: 'TEXT' },
    { name: 'a|b', type: 'TEXT' },
    { name: 'gml_id', type: 'TEXT' },
  ],
  features: [{ geometry: somewhere, attributes: { c: 'Ōwenga', 'a|b': 'one', gml_id: 'x.1' } }],
} as const;
/** With these, rounding moves the eastern edge of GDAL's page to the west of the easternmost of them. */
const edges = {
  name: 'edges',
  geometry: point,
  columns: [{ name: 'label', type: 'TEXT' }],
  features: [
    [-175.2205645, -41.2920679923151],
    [179.2166471, -8.516652],
    [10, 64.14345946317033],
  ].map((coordinates) => ({ geometry: { type: 'Point' as const, coordinates }, attributes: { label: 'x' } })),
} as const;

beforeAll(async () => {
  folder = await temporaryFolder();
  path = folder.file('any.gpkg');
  writeGeoPackage(path, { tables: [...Object.values(anyLayers), typedLayer(200), rows, texts, edges] });
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

interface Exported {
  readonly losses: readonly Loss[];
  readonly members: readonly string[];
  /** A member, unpacked. */
  readonly product: (name: string) => string;
}

async function exported(table: string, format: Mimetype, crs?: string): Promise<Exported> {
  const source = tableOf(path, table);
  const wish = { tables: [source], format, options: { color: '#cc3300' } };
  const { archivePath, report } = await exportWish(crs === undefined ? wish : { ...wish, crs }, folder.path);
  const place = archivePath.replace(/\.zip$/, '');
  runGdal('unzip', ['-q', archivePath, '-d', place]);
  const members = runGdal('unzip', ['-Z1', archivePath]).trim().split('\n');
  return {
    losses: report.items[0]!.losses,
    members: members.filter((name) => !name.endsWith('.json')),
    product: (name) => join(place, name),
  };
}

const codes = (losses: readonly Loss[]): string[] =>
  losses.map(({ code, field }) => `${code} ${field ?? ''}`.trim());

describe('File Geodatabase', () => {
  const format = 'applicaton/x-ogc-filegdb';

  test('is a folder named after the layer, with a feature class named after its title', async () => {
    const { members, product, losses } = await exported(anyLayers.points.name, format);
    expect(members.filter((name) => !name.startsWith('trees-shrubs.gdb/'))).toEqual(['trees-shrubs.txt']);
    expect(runGdal('ogrinfo', ['-q', product('trees-shrubs.gdb')])).toContain(': Trees____shrubs_ (Point)');
    expect(codes(losses)).toContain('field-renamed naïve "name"');
    const names = Object.keys(readWithOgr(product('trees-shrubs.gdb'))[0]!.properties);
    // What the report says is what is there.
    for (const { code, detail } of losses.filter((loss) => loss.code === 'field-renamed')) {
      expect(names, code).toContain(/is called (\S+),/.exec(detail)![1]);
    }
  });

  test('a layer of several kinds of shape becomes a feature class for each', async () => {
    const { product, losses } = await exported('mixed', format);
    const classes = runGdal('ogrinfo', ['-q', product('mixed.gdb')])
      .trim()
      .split('\n')
      .slice(-3);
    expect(classes).toEqual([
      expect.stringContaining(': mixed_multipoint (Multi Point)'),
      expect.stringContaining(': mixed_line (Multi Line String)'),
      expect.stringContaining(': mixed_polygon (Multi Polygon)'),
    ]);
    expect(codes(losses)).toContain('layer-split');
    expect(readWithOgr(product('mixed.gdb'), 'mixed_multipoint')).toHaveLength(3);
  });

  test('a collection goes with each of its kinds, none of it lost', async () => {
    const { product } = await exported('collections', format);
    const classes = runGdal('ogrinfo', ['-q', product('collections.gdb')]).match(/collections_\w+/g)!;
    const parts = classes.flatMap((name) => readWithOgr(product('collections.gdb'), name));
    expect(new Set(parts.map(({ properties }) => properties['nr']))).toEqual(new Set([1, 2]));
  });

  test('a table is a table', async () => {
    const { product } = await exported('rows', format);
    expect(runGdal('ogrinfo', ['-q', product('rows.gdb')])).toContain(': rows (None)');
  });
});

describe('MapInfo', () => {
  test('a TAB is its files beside each other, whole numbers stay whole', async () => {
    const { members, product, losses } = await exported('typed', 'application/x-ogc-mapinfo_file');
    expect(members).toEqual(['typed.dat', 'typed.id', 'typed.map', 'typed.tab', 'typed.txt']);
    const [first] = readWithOgr(product('typed.tab'));
    expect(first!.properties).toMatchObject({ small: -1, text: 'Ōwenga é 1' });
    expect(codes(losses)).toEqual(
      expect.arrayContaining(['field-dropped bytes', 'field-retyped large', 'null-written-as-value real']),
    );
  });

  test('coordinates are finer than a millimetre', async () => {
    const { product } = await exported('typed', 'application/x-ogc-mapinfo_file');
    const [mine, theirs] = [readWithOgr(product('typed.tab')), readWithOgr(path, 'typed')].map((features) =>
      features.map(
        ({ geometry }) => (JSON.parse(geometry ?? 'null') as { coordinates: number[] } | null)?.coordinates,
      ),
    );
    for (const [index, position] of theirs!.entries()) {
      if (position === undefined) continue;
      expect(Math.abs(position[0]! - mine![index]![0]!)).toBeLessThan(1e-3);
      expect(Math.abs(position[1]! - mine![index]![1]!)).toBeLessThan(1e-3);
    }
  });

  test('texts are in the charset that fits them, and what it lacks is told', async () => {
    const { losses } = await exported(anyLayers.points.name, 'application/x-ogc-mapinfo_file+mif');
    const ofAll = losses.find(({ code, field }) => code === 'value-changed' && field === undefined);
    expect(ofAll?.detail).toBe('Texts are in CP932, which fits them best and lacks Ō.');
    expect(codes(losses)).toContain('field-renamed 名前');
  });
});

describe('KML', () => {
  const format = 'application/vnd.google-earth.kml+xml';

  test('is one kmz in EPSG:4326, in the colour of the item', async () => {
    const { members, product, losses } = await exported('typed', format, 'EPSG:4326');
    expect(members).toEqual(['typed.kmz', 'typed.txt']);
    const features = readWithOgr(product('typed.kmz'));
    expect(features).toHaveLength(200);
    expect(features[0]!.properties).toMatchObject({
      small: -1,
      large: '9007199254740994',
      text: 'Ōwenga é 1',
    });
    const document = runGdal('unzip', ['-p', product('typed.kmz'), 'doc.kml']);
    expect(document).toContain('<LineStyle><color>ff0033cc</color>');
    const [longitude, latitude] = (JSON.parse(features[0]!.geometry!) as { coordinates: number[] })
      .coordinates;
    expect(longitude).toBeGreaterThan(170);
    expect(latitude).toBeLessThan(-30);
    expect(codes(losses)).toContain('field-retyped day');
  });

  test('is refused in another CRS, and needs none in the request', async () => {
    const source = tableOf(path, 'typed');
    const other = await checkWish({ tables: [source], format, crs: 'EPSG:2193' }, folder.path);
    expect(other.items[0]!.reasons).toMatchObject([{ code: 'invalid-crs' }]);
    const none = await planOf({ tables: [source], format, crs: null }, folder.path);
    expect(none.crs).toBe('EPSG:4326');
  });

  test('every kind of geometry reads back', async () => {
    for (const { name } of [anyLayers.mixed, anyLayers.collections, anyLayers.heights, anyLayers.measured]) {
      const { product, members } = await exported(name, format, 'EPSG:4326');
      const read = readWithOgr(product(members.find((member) => member.endsWith('.kmz'))!));
      const geometries = readWithOgr(path, name).filter(({ geometry }) => geometry !== null);
      expect(read.filter(({ geometry }) => geometry !== null)).toHaveLength(geometries.length);
    }
  });
});

test('a spreadsheet has the geometry as text, all digits, and no formulas', async () => {
  const format = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  const typed = await exported('typed', format);
  const [first] = readWithOgr(typed.product('typed.xlsx'));
  expect(first!.properties).toMatchObject({ large: '9007199254740994', small: -1 });
  expect(first!.properties['WKT']).toMatch(/^POINT \(1\d{6}\.\d+ 5\d{6}\.\d+\)$/);
  const table = await exported('rows', format);
  const labels = readWithOgr(table.product('rows.xlsx')).map(({ properties }) => properties['label']);
  expect(labels).toEqual(['one', '=1+1', 'a\uFFFDb\uFFFDc']);
  expect(codes(table.losses)).toContain('value-changed label');
});

test('a spreadsheet of texts alone has its head, and nothing is told that did not happen', async () => {
  const format = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  const { losses } = await exported('texts', format);
  expect(codes(losses)).toEqual(['coordinates-rounded']);
});

test('GML tells which fields it calls otherwise, and no others, also of a layer that was GML', async () => {
  const { losses, product } = await exported('texts', 'application/gml+xml');
  expect(codes(losses)).toEqual(['field-renamed a|b']);
  expect(readWithOgr(product('texts.gml'))[0]!.properties).toMatchObject({
    gml_id: 'x.1',
    a_b: 'one',
    c: 'Ōwenga',
  });
});

test('GML is valid enough for GDAL to read by its schema', async () => {
  const { members, product } = await exported('typed', 'application/gml+xml');
  expect(members).toEqual(['typed.gml', 'typed.xsd', 'typed.txt']);
  const [first] = readWithOgr(product('typed.gml'));
  expect(first!.properties).toMatchObject({ large: '9007199254740994', day: '2020-02-02' });
});

test('DXF has outlines in the colour of the item, on a layer named after it', async () => {
  const { product, losses } = await exported(anyLayers.heights.name, 'image/vnd.dxf');
  const features = readWithOgr(product('2-heights.dxf'));
  expect(features.map(({ properties }) => properties['Layer'])).toEqual([
    '2-heights',
    '2-heights',
    '2-heights',
  ]);
  expect(features.every(({ geometry }) => geometry!.includes('LineString'))).toBe(true);
  expect(codes(losses)).toEqual(expect.arrayContaining(['feature-dropped', 'field-dropped nr']));
});

describe('PDF', () => {
  const format = 'application/pdf';

  test('is a page with outlines in the colour of the item, attributes and a place on earth', async () => {
    const { members, product, losses } = await exported('typed', format);
    expect(members).toEqual(['typed.pdf', 'typed.txt']);
    const placed = readWithOgr(path, 'typed').filter(({ geometry }) => geometry !== null);
    const features = readWithOgr(product('typed.pdf'));
    expect(features).toHaveLength(placed.length);
    expect(features[0]!.properties).toMatchObject({
      small: -1,
      large: '9007199254740994',
      text: 'Ōwenga é 1',
      day: '2020/02/02',
    });
    expect(runGdal('gdalinfo', [product('typed.pdf')])).toContain('ID["EPSG",2193]');
    expect(codes(losses)).toEqual(
      expect.arrayContaining(['field-dropped bytes', 'field-retyped real', 'feature-dropped']),
    );
  });

  test('a place on the very edge that GDAL leaves out is counted as lost', async () => {
    const { losses, product } = await exported('edges', format);
    const read = readWithOgr(product('edges.pdf')).length;
    const lost = losses.find(({ code }) => code === 'feature-dropped');
    expect(read + (lost?.count ?? 0)).toBe(edges.features.length);
    expect(lost).toMatchObject({ count: 1, detail: expect.stringContaining('on the very edge of the page') });
  });

  test('what has no width or no height makes no page, and the reason is told', async () => {
    const running = exported('texts', format);
    await expect(running).rejects.toMatchObject({
      code: 'format-limit',
      message: expect.stringMatching(/^texts: A PDF is a page as wide and as high as the extent/),
    });
  });

  test('every kind of geometry is drawn', async () => {
    for (const { name } of [anyLayers.mixed, anyLayers.collections, anyLayers.heights, anyLayers.measured]) {
      const { product, members } = await exported(name, format);
      const read = readWithOgr(product(members.find((member) => member.endsWith('.pdf'))!));
      expect(read.length, name).toBeGreaterThan(0);
    }
  });
});

test('what DWG alone has is refused with a reason', async () => {
  const options = { dwgOptions: ['include_hatching'] };
  const wish = { tables: [tableOf(path, 'typed')], format: 'image/vnd.dxf', options } as const;
  const check = await checkWish(wish, folder.path);
  expect(check.items[0]!.reasons).toEqual([
    {
      code: 'invalid-option',
      detail: 'include_hatching is for DWG, which this site cannot write: take it away from typed.',
    },
  ]);
});

test('a layer that is too large for its format is refused with the figures', async () => {
  const large = folder.file('large.gpkg');
  const text = 'x'.repeat(5000);
  writeGeoPackage(large, {
    tables: [
      {
        name: 'large',
        geometry: { type: 'POINT', epsg: 4326 },
        columns: [{ name: 'text', type: 'TEXT' }],
        features: Array.from({ length: 9000 }, () => ({
          geometry: { type: 'Point' as const, coordinates: [170, -40] },
          attributes: { text },
        })),
      },
    ],
  });
  const format = 'application/vnd.google-earth.kml+xml';
  const check = await checkWish({ tables: [tableOf(large)], format }, folder.path);
  const [reason] = check.items[0]!.reasons;
  expect(reason).toMatchObject({ code: 'too-large-for-format', limit: 40 * 1024 ** 2 });
  expect(reason!.detail).toMatch(/large would have about \d\d MB as KML, which holds at most 40 MB/);
});

test('a product that grows beyond its format is stopped while it is written', async () => {
  const source = tableOf(path, 'typed');
  const survey = surveyTableHere(source, folder.file('cache'));
  const words = { title: 't', description: '', name: 'layer', crs: 'EPSG:2193', mayCut: false };
  const schema = outputSchema(source, survey, { ...words, modified: survey.modified });
  const [product, pieceFolder] = [folder.file('limited'), folder.file('limited-pieces')];
  for (const name of [product, pieceFolder]) mkdirSync(name);
  const options = { schema, coordinatePrecision: null, includeGeometryField: true, pieceFolder };
  const format = ogrFormat(findRecipe('application/gml+xml')!, 20_000);
  using reader = FeatureReader.open(source, { fields: schema.fields, hasZ: false, hasM: false });
  using assembler = format.createAssembler({ ...options, folder: product }, new LossLog());
  const encoder = format.createEncoder(options);
  for (const batch of reader.readRange(0, null))
    await assembler.append(encoder.encode(batch, new LossLog()).piece);
  await expect(assembler.finish()).rejects.toMatchObject({
    code: 'format-limit',
    message: expect.stringMatching(/^GML holds at most 0\.019 MB; this has come to/),
  });
});

test('rows beyond those of a sheet stop the export as they come', async () => {
  const source = tableOf(path, 'rows');
  const survey = surveyTableHere(source, folder.file('cache'));
  const words = { title: 't', description: '', name: 'sheet', crs: null, mayCut: false };
  const schema = outputSchema(source, survey, { ...words, modified: survey.modified });
  const [product, pieceFolder] = [folder.file('sheet'), folder.file('sheet-pieces')];
  for (const name of [product, pieceFolder]) mkdirSync(name);
  const options = { schema, coordinatePrecision: null, includeGeometryField: true, pieceFolder };
  const recipe = findRecipe('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')!;
  const format = ogrFormat({ ...recipe, maxRows: 2 });
  using reader = FeatureReader.open(source, { fields: schema.fields, hasZ: false, hasM: false });
  using assembler = format.createAssembler({ ...options, folder: product }, new LossLog());
  const encoder = format.createEncoder(options);
  const [batch] = [...reader.readRange(0, null)];
  await expect(assembler.append(encoder.encode(batch!, new LossLog()).piece)).rejects.toMatchObject({
    code: 'format-limit',
    message: 'Excel holds at most 2 rows; these are more. Choose a smaller area or another format.',
  });
});

test('a KML that grows beyond what readers take is stopped while it is written', async () => {
  const source = tableOf(path, 'typed');
  const survey = surveyTableHere(source, folder.file('cache'));
  const words = { title: 't', description: '', name: 'layer', crs: 'EPSG:4326', mayCut: false };
  const schema = outputSchema(source, survey, { ...words, modified: survey.modified });
  const [product, pieceFolder] = [folder.file('kml'), folder.file('kml-pieces')];
  for (const name of [product, pieceFolder]) mkdirSync(name);
  const options = { schema, coordinatePrecision: null, includeGeometryField: true, pieceFolder };
  const format = kmlFormat(20_000);
  using reader = FeatureReader.open(source, { fields: schema.fields, hasZ: false, hasM: false });
  using assembler = format.createAssembler({ ...options, folder: product }, new LossLog());
  const encoder = format.createEncoder(options);
  const write = async (): Promise<void> => {
    for (const batch of reader.readRange(0, null))
      await assembler.append(encoder.encode(batch, new LossLog()).piece);
  };
  await expect(write()).rejects.toMatchObject({
    code: 'format-limit',
    message: expect.stringMatching(/^KML holds at most 0\.019 MB; this has come to/),
  });
});

test('an archive that would be larger than the site allows is refused before, with the figures', async () => {
  const wish = { tables: [tableOf(path, 'typed')], format: 'application/sql' } as const;
  const context = { ...contextOf(folder.file('cache')), maxArchiveBytes: 3000 };
  const { reasons } = await checkExportHere(requestOf(wish), context);
  expect(reasons).toMatchObject([{ code: 'too-large', limit: 3000 }]);
  expect(reasons[0]!.value).toBeGreaterThan(3000);
});

test('an archive that grows beyond what the site allows is stopped', async () => {
  const plan = await planOf({ tables: [tableOf(path, 'typed')], format: 'application/sql' }, folder.path);
  const run = runExport(
    { ...plan, maxArchiveBytes: 3000 },
    { archivePath: join(folder.path, 'small.zip'), workFolder: folder.file('small') },
  );
  await expect(run).rejects.toMatchObject({ code: 'format-limit' });
  await expect(run).rejects.toThrow('this site allows 0.0029 MB');
  expect(existsSync(join(folder.path, 'small.zip'))).toBe(false);
});

test('a cancelled run leaves neither a program nor files behind', async () => {
  const plan = await planOf({ tables: [tableOf(path, 'typed')], format: 'application/sql' }, folder.path);
  const controller = new AbortController();
  const workFolder = folder.file('cancelled');
  const run = runExport(plan, {
    archivePath: join(folder.path, 'cancelled.zip'),
    workFolder,
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('enough')),
  });
  await expect(run).rejects.toThrow('enough');
  expect(existsSync(workFolder)).toBe(false);
});

test('names cannot reach the command line, SQL or another file', async () => {
  const hostile = folder.file('hostile.gpkg');
  const names = [
    '/vsicurl/http://127.0.0.1:9/x',
    '"; DROP TABLE x; --',
    '</SrcDataSource>',
    '-sql',
    '\n',
    'a\\',
  ];
  writeGeoPackage(hostile, {
    tables: [
      {
        name: '-overwrite <x>',
        geometry: { type: 'POINT', epsg: 2193, column: "'; DROP--" },
        columns: names.map((name) => ({ name, type: 'TEXT' as const })),
        features: [
          {
            geometry: { type: 'Point', coordinates: [1_700_000, 5_900_000] },
            attributes: Object.fromEntries(names.map((name, index) => [name, `value ${index}`])),
          },
        ],
      },
    ],
  });
  for (const format of ['applicaton/x-ogc-filegdb', 'application/gml+xml', 'application/sql'] as const) {
    const { archivePath } = await exportWish({ tables: [tableOf(hostile)], format }, folder.path);
    const extension = { 'applicaton/x-ogc-filegdb': 'gdb', 'application/gml+xml': 'gml' }[format as string];
    if (extension === undefined) continue;
    const [feature] = readWithOgr(`/vsizip/${archivePath}/overwrite-x.${extension}`);
    expect(Object.values(feature!.properties)).toEqual(
      expect.arrayContaining(names.map((_, index) => `value ${index}`)),
    );
  }
});
