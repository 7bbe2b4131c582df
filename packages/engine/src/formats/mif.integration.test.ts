import { readFileSync } from 'node:fs';

import type { Loss } from '@outcrop/contract';
import {
  type ColumnFixture,
  type FixtureValue,
  type TableFixture,
  temporaryFolder,
  type TemporaryFolder,
  writeGeoPackage,
} from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { anyLayers } from '../testing/any-layers.ts';
import { exportPlan, type ExportWish, exportWish, planOf, tableOf } from '../testing/export-fixture.ts';
import { type OgrFeature, readWithOgr, runGdal } from '../testing/ogr.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { typedLayer } from '../testing/typed-layer.ts';
import { typedValues } from '../testing/typed-values.ts';

const format = 'application/x-ogc-mapinfo_file+mif';

/** Texts that one of MapInfo's charsets holds, by its name. */
const charsets: Readonly<Record<string, string>> = {
  WindowsLatin1: 'naïve café € ÿ',
  WindowsBalticRim: 'Tūtū-ā-Kai Ōwenga šķ',
  WindowsLatin2: 'Łódź őű',
  WindowsCyrillic: 'Привет №',
  WindowsGreek: 'Ελλάδα',
  WindowsTurkish: 'Iğdır İşçi',
  // GDAL's reader loses a letter of Hebrew at the very end, which could still get its points.
  WindowsHebrew: 'שלום!',
  WindowsArabic: 'مرحبا',
  WindowsJapanese: '東京都 ひらがな ｶﾀｶﾅ 髙①',
  WindowsSimpChinese: '简体中文 ā ǎ',
  WindowsKorean: '한국어 똠방각하',
};

function textTable(name: string, values: readonly (string | null)[]): TableFixture {
  const columns: ColumnFixture[] = [
    { name: 'one', type: 'TEXT' },
    { name: 'nr', type: 'INTEGER' },
    { name: 'two', type: 'TEXT' },
  ];
  const features = values.map((value, index) => ({ attributes: { one: value, nr: index, two: value } }));
  return { name, columns, features };
}

const awkwardTexts = ['"', '""', '"a,b"', ',', 'a\\b', 'tab\t', '', ' ', '\u0001', "'", 'x'.repeat(254)];
const longTexts = ['x'.repeat(255), '東'.repeat(128), `${'東'.repeat(126)}"𝄞`];
const random = seededRandom(11);
const places = Array.from({ length: 2000 }, () => [random() * 360 - 180, random() * 180 - 90]);
const everyDigit = {
  name: 'every digit',
  geometry: { type: 'LINESTRING', epsg: 4326 },
  columns: [{ name: 'real', type: 'DOUBLE' }],
  features: [
    { geometry: { type: 'LineString', coordinates: places }, attributes: { real: 0.1 + 0.2 } },
    { geometry: { type: 'LineString', coordinates: [[0, 1e-7]] }, attributes: { real: Infinity } },
    {
      geometry: {
        type: 'LineString',
        coordinates: [
          [2 ** 40 + 0.5, -1e12],
          [-0.1, 1 / 3],
        ],
      },
      attributes: { real: -1e-300 },
    },
  ],
} as const satisfies TableFixture;
const antarctic = {
  name: 'antarctic',
  geometry: { type: 'POINT', epsg: 4326 },
  columns: [{ name: 'nr', type: 'INTEGER' }],
  features: [
    { geometry: { type: 'Point', coordinates: [90, -80] }, attributes: { nr: 1 } },
    { geometry: { type: 'Point', coordinates: [-90, -70] }, attributes: { nr: 2 } },
  ],
} as const satisfies TableFixture;
const bare = {
  name: 'bare',
  geometry: { type: 'POINT', epsg: 4326 },
  columns: [],
  features: [{ fid: 7, geometry: { type: 'Point', coordinates: [170, -40] } }],
} as const satisfies TableFixture;
const times = {
  name: 'times',
  columns: [
    { name: 'day', type: 'DATE' },
    { name: 'moment', type: 'DATETIME' },
  ],
  features: [
    ['2024-02-29', '2024-02-29T23:30:15.120Z'],
    ['0099-01-02', '2024-02-29 12:30:15'],
    ['2023-02-29', '2024-02-29T12:30:15+13:00'],
    [null, 'noon'],
  ].map(([day, moment]) => ({ attributes: { day, moment } as Record<string, FixtureValue> })),
} as const satisfies TableFixture;

let folder: TemporaryFolder;
let path: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  path = folder.file('source.gpkg');
  const texts = Object.entries(charsets).map(([name, text]) => textTable(name, [text, null, 'plain']));
  const made = [textTable('awkward', awkwardTexts), textTable('long', longTexts)];
  const others = [
    everyDigit,
    antarctic,
    bare,
    times,
    typedValues(true),
    { ...typedLayer(20_000), name: 'many' },
  ];
  writeGeoPackage(path, { tables: [...Object.values(anyLayers), ...texts, ...made, ...others] });
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

interface Exported {
  readonly mif: string;
  readonly head: string;
  readonly features: readonly OgrFeature[];
  readonly losses: readonly Loss[];
}

/** Exports a table, and reads it back with GDAL, which must have nothing to complain of. */
async function exported(name: string, wish: Partial<ExportWish> = {}): Promise<Exported> {
  const { archivePath, report } = await exportWish(
    { tables: [tableOf(path, name)], format, ...wish },
    folder.path,
  );
  const place = archivePath.replace(/\.zip$/, '');
  runGdal('unzip', ['-q', archivePath, '-d', place]);
  const mif = `${place}/${report.items[0]!.files.find((file) => file.endsWith('.mif'))!}`;
  runGdal('ogrinfo', ['-ro', '-al', '-q', mif], { noWarnings: true });
  const head = readFileSync(mif, 'latin1').split('\nData')[0]!;
  return { mif, head, features: readWithOgr(mif), losses: report.items[0]!.losses };
}

type Position = readonly number[];
interface GeoJson {
  readonly type: string;
  readonly coordinates?: unknown;
  readonly geometries?: readonly GeoJson[];
}

/** The points, lines and rings of a feature in x and y, in one order and one direction: readers turn rings. */
function rings({ geometry }: OgrFeature): string[] {
  return geometry === null ? [] : ringsOf(JSON.parse(geometry) as GeoJson).toSorted();
}

function ringsOf({ type, coordinates, geometries }: GeoJson): string[] {
  switch (type) {
    case 'GeometryCollection':
      return geometries!.flatMap(ringsOf);
    case 'Point':
      return ringsOf({
        type: 'LineString',
        coordinates: [coordinates].filter((point) => (point as Position).length > 0),
      });
    case 'LineString': {
      const line = (coordinates as Position[]).map((position) => position.slice(0, 2));
      const ways = [line, line.toReversed()].map((way) => JSON.stringify(way)).toSorted();
      return line.length === 0 ? [] : [ways[0]!];
    }
    case 'MultiPoint':
      return (coordinates as Position[]).flatMap((point) => ringsOf({ type: 'Point', coordinates: point }));
    case 'Polygon':
    case 'MultiLineString':
      return (coordinates as unknown[]).flatMap((line) => ringsOf({ type: 'LineString', coordinates: line }));
    default:
      return (coordinates as unknown[]).flatMap((part) => ringsOf({ type: 'Polygon', coordinates: part }));
  }
}

const lost = (losses: readonly Loss[], code: string): (readonly [string | undefined, number])[] =>
  losses.filter((loss) => loss.code === code).map(({ field, count }) => [field, count] as const);

describe.each(Object.values(anyLayers))('$name', ({ name, features }) => {
  test('has a shape for each geometry, all of its rings, and the CRS', async () => {
    const { features: mine, head } = await exported(name);
    const theirs = readWithOgr(path, name);
    expect(mine).toHaveLength(features.length);
    for (const [index, feature] of mine.entries()) expect(rings(feature)).toEqual(rings(theirs[index]!));
    expect(head).toContain('\nCoordSys Earth Projection 8, 117, "m", 173, 0, 0.9996, 1600000, 10000000\n');
  });
});

test('points, lines, areas and collections are what MapInfo has for them', async () => {
  const shapes = async (name: string): Promise<string[]> => {
    const { mif } = await exported(name);
    const data = readFileSync(mif, 'latin1').split('\nData\n')[1]!;
    return data.match(/^[A-Z]\w+(?: Multiple)?/gm)!;
  };
  expect(await shapes('mixed')).toEqual(['Point', 'Pline', 'Region', 'MultiPoint', 'NONE']);
  expect(await shapes('measured')).toEqual(['Line', 'Pline']);
  expect(await shapes('line set')).toEqual(['Pline Multiple']);
  const collections = ['Collection', 'Region', 'MultiPoint', 'Collection', 'Pline Multiple'];
  expect(await shapes('collections')).toEqual(collections);
});

test('what MapInfo has no shape for is told', async () => {
  expect(lost((await exported('hollow')).losses, 'geometry-dropped')).toEqual([[undefined, 7]]);
  expect(lost((await exported('collections')).losses, 'geometry-merged')).toEqual([[undefined, 2]]);
  const { losses } = await exported('measured');
  expect(losses.map(({ code }) => code)).toEqual(expect.arrayContaining(['z-dropped', 'm-dropped']));
});

test('coordinates have fifteen digits, attributes all', async () => {
  const { mif, features, losses } = await exported('every digit');
  const positions = (feature: OgrFeature): number[][] =>
    (JSON.parse(feature.geometry!) as { coordinates: number[][] }).coordinates;
  for (const [index, position] of positions(features[0]!).entries()) {
    for (const [axis, value] of position.entries()) {
      const exact = places[index]![axis]!;
      expect(Math.abs(value - exact)).toBeLessThan(6e-15 * Math.max(Math.abs(exact), 0.1));
    }
  }
  expect(positions(features[1]!)).toEqual([
    [0, 1e-7],
    [0, 1e-7],
  ]);
  expect(positions(features[2]!)).toEqual([
    [1_099_511_627_776.5, -1e12],
    [-0.1, 0.333_333_333_333_333],
  ]);
  expect(readFileSync(mif.replace(/mif$/, 'mid'), 'latin1')).toBe('0.30000000000000004\n\n-1e-300\n');
  expect(features.map(({ properties }) => properties['real'])).toEqual([expect.closeTo(0.3, 15), 0, -1e-300]);
  expect(lost(losses, 'value-dropped')).toEqual([['real', 1]]);
  expect(lost(losses, 'geometry-completed')).toEqual([[undefined, 1]]);
});

test('coordinates have as many decimals as were asked for', async () => {
  const { mif, losses } = await exported('every digit', { coordinatePrecision: 2 });
  expect(readFileSync(mif, 'latin1')).toMatch(/\n-?\d+\.\d\d? -?\d+\.\d\d?\n/);
  expect(readFileSync(mif, 'latin1').split('\nData')[1]).not.toMatch(/\d\.\d{3}/);
  expect(losses.find(({ code }) => code === 'coordinates-rounded')?.detail).toContain('2 decimals');
});

test.each(Object.entries(charsets))('in %s texts come back: %s', async (name, text) => {
  const { head, features, losses } = await exported(name);
  expect(head).toContain(`Charset "${name}"`);
  expect(features.map(({ properties }) => properties['one'])).toEqual([text, '', 'plain']);
  expect(losses.map(({ code }) => code)).toEqual(['null-written-as-value', 'null-written-as-value']);
});

test('quotation marks, delimiters and control characters come back', async () => {
  const { features } = await exported('awkward');
  expect(features.map(({ properties }) => properties['two'])).toEqual(awkwardTexts);
});

test('texts are cut at 254 bytes, not in the middle of a character, and counted', async () => {
  const { features, losses } = await exported('long');
  const cut = ['x'.repeat(254), '東'.repeat(127), `${'東'.repeat(126)}"?`];
  expect(features.map(({ properties }) => properties['one'])).toEqual(cut);
  expect(lost(losses, 'value-truncated')).toEqual([
    ['one', 2],
    ['two', 2],
  ]);
});

test('line ends are \\n, as MapInfo writes them, and told of', async () => {
  const { features, losses } = await exported('group');
  expect(features[3]!.properties['____']).toBe('a,b\\n"c"');
  expect(lost(losses, 'value-changed')).toContainEqual(['Ключ', 1]);
});

test('numbers of every type come back, and dates, nulls as 0', async () => {
  const { features, losses } = await exported('group');
  const values = features.map(({ properties }) => properties);
  expect(values.map(({ order }) => order)).toEqual([1, 0, 0, 1, 0]);
  expect(values.map(({ group }) => group)).toEqual([4, 2_147_483_647, 0, -2_147_483_648, 0]);
  expect(values.map(({ index }) => Number(index))).toEqual([5, 2 ** 53, 0, -(2 ** 63), 2 ** 63]);
  expect(values.map(({ null: real }) => real)).toEqual([-1e-7, 5e-324, 0, 0, 0]);
  expect(values.map(({ values: real }) => real)).toEqual([1 / 3, 1e300, 0, 123_456_789.123_456_78, 0]);
  expect(lost(losses, 'field-retyped')).toEqual([
    ['order', 0],
    ['index', 0],
  ]);
  expect(lost(losses, 'value-rounded')).toEqual([['index', 3]]);
});

test('days and times in UTC come back, what is none is left out', async () => {
  const { features, losses } = await exported('times');
  const read = features.map(({ properties: { day = null, moment = null } }) => ({ day, moment }));
  expect(read).toEqual([
    { day: '2024-02-29', moment: '2024-02-29T23:30:15.120' },
    { day: '0099-01-02', moment: '2024-02-29T12:30:15' },
    { day: null, moment: '2024-02-28T23:30:15' },
    { day: null, moment: null },
  ]);
  expect(lost(losses, 'value-dropped')).toEqual([
    ['day', 1],
    ['moment', 1],
  ]);
});

test('a CRS that MapInfo cannot name gets its unit and bounds, and is told of', async () => {
  const { head, features, losses } = await exported('antarctic', { crs: 'EPSG:3031' });
  expect(head).toMatch(/\nCoordSys NonEarth Units "m" Bounds \( *-\d+, +-\d+\) \( *\d+, +\d+\)\n/);
  const [west, south, east, north] = head
    .match(/-?\d+(?=[,)])/g)!
    .slice(-4)
    .map(Number);
  for (const { geometry } of features) {
    const [x, y] = (JSON.parse(geometry!) as { coordinates: number[] }).coordinates;
    expect(x! > west! && x! < east! && y! > south! && y! < north!).toBe(true);
  }
  expect(losses.map(({ code }) => code)).toContain('crs-unnamed');
});

test('a layer without fields has its ids, as a table of MapInfo has a column', async () => {
  expect((await exported('bare')).features.map(({ properties }) => properties)).toMatchObject([{ FID: 7 }]);
});

test.each(['many', 'long'])('the bytes of %s do not depend on how many work on them', async (name) => {
  const plan = await planOf({ tables: [tableOf(path, name)], format }, folder.path);
  const products: string[] = [];
  for (const workers of [1, 3]) {
    const { archivePath } = await exportPlan(plan, folder.path, { workers });
    products.push(runGdal('unzip', ['-p', archivePath, '*.mi?']));
  }
  expect(products[0]!.length).toBeGreaterThan(500);
  expect(products[0] === products[1]).toBe(true);
});
