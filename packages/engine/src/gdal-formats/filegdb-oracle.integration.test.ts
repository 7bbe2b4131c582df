import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Loss } from '@outcrop/contract';
import { temporaryFolder, type TemporaryFolder, type TableFixture, writeGeoPackage } from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { BlockFormat } from '../formats/block-format.ts';
import { readDefinition } from '../formats/filegdb-definition.ts';
import { LossLog } from '../formats/loss-log.ts';
import { outputSchema } from '../plan/output-schema.ts';
import { FeatureReader } from '../source/feature-reader.ts';
import { surveyTableHere } from '../source/survey.ts';
import { anyLayers } from '../testing/any-layers.ts';
import { tableOf } from '../testing/export-fixture.ts';
import { readWithOgr, runGdal } from '../testing/ogr.ts';
import { oracleLayers, writeOracleFixture } from '../testing/oracle-fixture.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { typedLayer } from '../testing/typed-layer.ts';
import { fileGdbFormat } from './filegdb-format.ts';
import { ogrFormat } from './ogr-format.ts';
import { findRecipe } from './ogr-recipes.ts';

const recipe = findRecipe('applicaton/x-ogc-filegdb')!;
/** Enough for a spatial index of three levels, and for rows beyond 16 bits. */
const manyPoints = 130_000;
let folder: TemporaryFolder;
let path: string;
let oraclePath: string;

const dates = [
  '2020-02-29',
  '1899-12-29T23:59:59Z',
  '0001-01-01',
  '2026-11-26 04:05:06.5',
  '2026-11-26T04:05:06.499+13:00',
  '1969-12-31T23:59:59.999-03:30',
  '9999-12-31T23:59Z',
];

const momentsLayer = {
  name: 'moments',
  columns: [
    { name: 'moment', type: 'DATETIME' },
    { name: 'width', type: 'TEXT(5)' },
    { name: 'grown', type: 'MEDIUMINT' },
    { name: 'long', type: 'TEXT' },
  ],
  features: dates.map((moment, index) => ({
    fid: index + 1,
    attributes: {
      moment,
      width: 'wider than five',
      grown: 2 ** 31 + index,
      long: 'Ōwenga '.repeat(index * 40),
    },
  })),
} as const satisfies TableFixture;

const circle = (radius: number, positions: number): number[][] =>
  Array.from({ length: positions }, (_, k) => {
    const angle = (2 * Math.PI * (k % (positions - 1))) / (positions - 1);
    return [1_756_000 + radius * Math.cos(angle), 5_920_000 + radius * Math.sin(angle)];
  });

const largeLayer: TableFixture = {
  name: 'large',
  geometry: { type: 'POLYGON', epsg: 2193 },
  columns: [
    { name: 'text', type: 'TEXT' },
    { name: 'bytes', type: 'BLOB' },
  ],
  features: [3000, 60_000, 1_000_000].map((size) => ({
    geometry: { type: 'Polygon', coordinates: [circle(2000, size), circle(1000, size / 10)] },
    attributes: { text: 'Ōwenga '.repeat(size), bytes: Buffer.alloc(size * 3, size) },
  })),
};

const bareLayers: readonly TableFixture[] = [
  {
    name: 'bare',
    geometry: { type: 'POINT', epsg: 2193 },
    columns: [],
    features: [{ geometry: { type: 'Point', coordinates: [1_756_000, 5_920_000] } }, { geometry: null }],
  },
  { name: 'bare table', columns: [], features: [{}, {}] },
];

function pointsLayer(): TableFixture {
  const random = seededRandom(23);
  return {
    name: 'many points',
    geometry: { type: 'POINT', epsg: 4326 },
    columns: [{ name: 'nr', type: 'INTEGER' }],
    features: Array.from({ length: manyPoints }, (_, nr) => ({
      geometry: { type: 'Point', coordinates: [-180 + random() * 360, -90 + random() * 180] },
      attributes: { nr },
    })),
  };
}

beforeAll(async () => {
  folder = await temporaryFolder();
  path = folder.file('any.gpkg');
  writeGeoPackage(path, {
    tables: [
      ...Object.values(anyLayers),
      typedLayer(3000),
      momentsLayer,
      largeLayer,
      ...bareLayers,
      pointsLayer(),
    ],
  });
  oraclePath = folder.file('oracle.gpkg');
  writeOracleFixture(oraclePath);
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

let counter = 0;

interface Written {
  readonly geodatabase: string;
  /** The layer's files, without their extensions. */
  readonly table: string;
  readonly losses: readonly Loss[];
}

/** Writes a table in blocks of so many ids, each by an encoder of its own. */
async function written(
  format: BlockFormat<unknown>,
  name: string,
  { file = path, blockIds = 5000, signal }: { file?: string; blockIds?: number; signal?: AbortSignal } = {},
): Promise<Written> {
  const source = tableOf(file, name);
  const survey = surveyTableHere(source, folder.file('cache'));
  const crs = source.geometry?.crs ?? null;
  const words = { title: name, description: '', name: 'layer', crs, mayCut: false };
  const schema = outputSchema(source, survey, { ...words, modified: survey.modified });
  const product = folder.file(`product-${counter++}`);
  const pieceFolder = `${product}-pieces`;
  for (const made of [product, pieceFolder]) mkdirSync(made);
  const options = { schema, coordinatePrecision: null, includeGeometryField: true, pieceFolder };
  const losses = new LossLog();
  const { hasZ, hasM } = schema.geometry ?? { hasZ: false, hasM: false };
  using reader = FeatureReader.open(source, { fields: schema.fields, hasZ, hasM });
  using assembler = format.createAssembler({ ...options, folder: product, signal }, losses);
  for (let from = 0; from <= survey.featureCount; from += blockIds) {
    const encoder = format.createEncoder(options);
    const before = from + blockIds > survey.featureCount ? null : from + blockIds;
    for (const batch of reader.readRange(from, before)) {
      const own = new LossLog();
      const { piece, transfer } = encoder.encode(batch, own);
      losses.merge(own.entries());
      await assembler.append(structuredClone(piece, { transfer: [...transfer] }));
    }
  }
  await assembler.finish();
  const geodatabase = join(product, 'layer.gdb');
  const tables = readdirSync(geodatabase).filter((member) => member.endsWith('.gdbtable'));
  const table = join(geodatabase, tables.toSorted().at(-1)!.replace('.gdbtable', ''));
  return { geodatabase, table, losses: losses.entries() };
}

const ours = fileGdbFormat(recipe) as BlockFormat<unknown>;
const theirs = ogrFormat(recipe) as BlockFormat<unknown>;

/** A table's bytes without the size of the spatial index's cells, which is a matter of choice. */
function tableBytes({ table }: Written): Buffer {
  const bytes = readFileSync(`${table}.gdbtable`);
  const { geometry } = readDefinition(bytes);
  if (geometry !== null) bytes.fill(0, geometry.cellAt, geometry.cellAt + 8);
  return bytes;
}

/** What of a layer is not as `ogr2ogr` makes it. */
async function differences(name: string, file?: string): Promise<string[]> {
  const options = file === undefined ? {} : { file };
  const [mine, reference] = [await written(ours, name, options), await written(theirs, name, options)];
  const offsets = [mine, reference].map(({ table }) => readFileSync(`${table}.gdbtablx`));
  const members = [mine, reference].map(({ geodatabase }) => readdirSync(geodatabase).join(' '));
  return [
    ...(tableBytes(mine).equals(tableBytes(reference)) ? [] : ['rows']),
    ...(offsets[0]!.equals(offsets[1]!) ? [] : ['offsets']),
    ...(members[0] === members[1] ? [] : [`${members[0]} for ${members[1]}`]),
  ];
}

/** The layers that we write ourselves: those of one family of shapes. */
const oneFamily = Object.values(anyLayers).filter(
  ({ name }) => !['mixed', 'collections', 'hollow', 'nested'].includes(name),
);

describe('a table is the same bytes as ogr2ogr makes of the same features', () => {
  test.each([...oneFamily.map(({ name }) => name), 'typed'])('%s', async (name) => {
    expect(await differences(name)).toEqual([]);
  });

  test.each(oracleLayers)('%s of the oracle, with holes and several parts', async (name) => {
    expect(await differences(name, oraclePath)).toEqual([]);
  });

  test('dates of every form, integers beyond 32 bits, texts longer than declared', async () => {
    expect(await differences('moments')).toEqual([]);
  });

  test('shapes, texts and blobs whose size takes three and four bytes', async () => {
    expect(await differences('large')).toEqual([]);
  });

  test.each(['bare', 'bare table'])('%s, without attributes', async (name) => {
    expect(await differences(name)).toEqual([]);
  });

  test('more rows than 16 bits hold', async () => {
    expect(await differences('many points')).toEqual([]);
  }, 60_000);
});

test('a table is the same bytes however its rows come in blocks', async () => {
  const all = await Promise.all([7, 100, 5000].map((blockIds) => written(ours, 'typed', { blockIds })));
  for (const extension of ['gdbtable', 'gdbtablx', 'spx']) {
    const [first, ...others] = all.map(({ table }) => readFileSync(`${table}.${extension}`));
    for (const other of others) expect(other.equals(first!), extension).toBe(true);
  }
});

describe('the spatial index', () => {
  /** The rows that GDAL finds in a window: through the index, or by looking at each. */
  function found({ geodatabase }: Written, window: readonly number[], isIndexed: boolean): string {
    const config = ['--config', 'OPENFILEGDB_USE_SPATIAL_INDEX', isIndexed ? 'YES' : 'NO'];
    const spat = ['-spat', ...window.map(String)];
    const csv = ['-f', 'CSV', '/vsistdout/', geodatabase];
    return runGdal('ogr2ogr', [...config, ...spat, ...csv], { noWarnings: true });
  }

  test.each([
    ['many points', undefined],
    ['parcels', 'oracle'],
    ['tracks', 'oracle'],
    ['zones', 'oracle'],
    ['point set', undefined],
  ])(
    'of %s finds what is in a window, and nothing else',
    async (name, file) => {
      const layer = await written(ours, name, file === undefined ? {} : { file: oraclePath });
      expect(existsSync(`${layer.table}.spx`)).toBe(true);
      const summary = runGdal('ogrinfo', ['-ro', '-so', '-al', layer.geodatabase]);
      const box = /Extent: \((.*), (.*)\) - \((.*), (.*)\)/.exec(summary)!.slice(1).map(Number);
      const [minX, minY, maxX, maxY] = box as [number, number, number, number];
      const random = seededRandom(29);
      const windows = Array.from({ length: 12 }, (_, index) => {
        const size = 0.9 ** (index * 4);
        const x = minX + random() * (maxX - minX);
        const y = minY + random() * (maxY - minY);
        return [x, y, x + (maxX - minX) * size, y + (maxY - minY) * size];
      });
      let rows = 0;
      for (const window of [box, ...windows]) {
        const result = found(layer, window, true);
        rows += result.split('\n').length - 2;
        expect(result).toBe(found(layer, window, false));
      }
      expect(rows).toBeGreaterThan(1);
    },
    60_000,
  );
});

describe('what a File Geodatabase cannot hold', () => {
  test('is told: fractions of seconds, and what is no date', async () => {
    const { losses } = await written(ours, 'moments');
    expect(losses).toContainEqual(
      expect.objectContaining({ code: 'value-rounded', field: 'moment', count: 3 }),
    );
  });

  test('a Z that is not a number stops the export, with a remedy', async () => {
    const odd = folder.file('odd.gpkg');
    const coordinates = [
      [1_756_000, 5_920_000, 1],
      [1_756_010, 5_920_000, Number.NaN],
    ];
    writeGeoPackage(odd, {
      tables: [
        {
          name: 'odd',
          geometry: { type: 'LINESTRING', epsg: 2193, dimension: 'xyz' },
          columns: [{ name: 'nr', type: 'INTEGER' }],
          features: [{ geometry: { type: 'LineString', coordinates }, attributes: { nr: 1 } }],
        },
      ],
    });
    await expect(written(ours, 'odd', { file: odd })).rejects.toMatchObject({ code: 'format-limit' });
  });
});

test('a geodatabase that is not laid out as the rows are made is refused, with a remedy', async () => {
  const coarse = fileGdbFormat({
    ...recipe,
    args: (call) => recipe.args(call).map((argument) => argument.replace(/^XYSCALE=.*/, 'XYSCALE=1000')),
  });
  await expect(written(coarse as BlockFormat<unknown>, 'typed')).rejects.toMatchObject({
    code: 'gdal-failed',
    message: expect.stringMatching(/\(its grid of coordinates\)\. Choose another format/),
  });
});

test.each([
  ['before GDAL has made the geodatabase', 0],
  ['between two blocks', 2],
])('a cancel %s ends it with the reason', async (_, block) => {
  const controller = new AbortController();
  let blocks = 0;
  const format: BlockFormat<unknown> = {
    ...ours,
    createEncoder: (options) => {
      if (blocks++ === block) controller.abort(new Error('enough'));
      return ours.createEncoder(options);
    },
  };
  const { signal } = controller;
  await expect(written(format, 'typed', { blockIds: 500, signal })).rejects.toThrow('enough');
});

test('every feature is read back by GDAL', async () => {
  const { geodatabase } = await written(ours, 'typed');
  const [mine, source] = [readWithOgr(geodatabase), readWithOgr(path, 'typed')];
  expect(mine).toHaveLength(source.length);
  const key = ({ properties: { flag, small, real, text } }: (typeof mine)[number]): unknown[] => [
    flag === null ? null : Number(flag),
    small,
    real,
    text,
  ];
  expect(mine.map(key)).toEqual(source.map(key));
});
