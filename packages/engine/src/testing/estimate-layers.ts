import type {
  ColumnFixture,
  FeatureFixture,
  FixtureGeometry,
  FixtureValue,
  TableFixture,
} from '@outcrop/testkit';

import { seededRandom } from './seeded-random.ts';

type Random = () => number;
type Position = readonly number[];

/** What a layer of the test set is made of. */
interface Recipe {
  readonly name: string;
  readonly count: number;
  readonly type: Exclude<NonNullable<TableFixture['geometry']>['type'], undefined>;
  readonly dimension?: 'xyz' | 'xyzm';
  readonly columns: readonly ColumnFixture[];
  /** A geometry around a place. */
  readonly shape: (place: Position, random: Random) => FixtureGeometry | null;
  readonly values: (index: number, random: Random) => Record<string, FixtureValue>;
  /** Whether neighbours in the file are neighbours on the ground. */
  readonly isSorted: boolean;
}

/** A square of 200 km in EPSG:2193, around Taupō. */
const [left, bottom, size] = [1_760_000, 5_620_000, 200_000];
/** Decimals as a surveyor writes them, or all that a computation leaves. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000;

function ring(
  [x, y]: Position,
  corners: number,
  { reach, random }: { reach: number; random: Random },
): number[][] {
  const positions = Array.from({ length: corners }, (_, k) => {
    const angle = (k / corners) * 2 * Math.PI;
    const far = reach * (0.6 + 0.4 * random());
    return [rounded(x! + far * Math.cos(angle)), rounded(y! + far * Math.sin(angle))];
  });
  return [...positions, positions[0]!];
}

function walk(
  [x, y, ...rest]: Position,
  steps: number,
  { stride, random }: { stride: number; random: Random },
): number[][] {
  let [east, north, heading] = [x!, y!, random() * 7];
  return Array.from({ length: steps }, () => {
    heading += (random() - 0.5) * 0.6;
    east += stride * Math.cos(heading);
    north += stride * Math.sin(heading);
    return [east, north, ...rest];
  });
}

const words = [
  'Karangahake',
  'Te Awamutu',
  'Lot',
  'Deposited Plan',
  'Road',
  'State Highway',
  'River',
  'Ōhinemuri',
  'easement',
];
const word = (random: Random): string => words[Math.floor(random() * words.length)]!;
const sentence = (random: Random, length: number): string =>
  Array.from({ length }, () => `${word(random)} ${Math.floor(random() * 1000)}`).join(', ');

const plain: readonly ColumnFixture[] = [
  { name: 'nr', type: 'INTEGER' },
  { name: 'title', type: 'TEXT' },
];
const plainValues: Recipe['values'] = (index, random) => ({
  nr: index,
  title: `${word(random)} ${index % 900}`,
});

const cadastre: readonly ColumnFixture[] = [
  ...plain,
  { name: 'area', type: 'DOUBLE' },
  { name: 'surveyed', type: 'DATE' },
  { name: 'is_current', type: 'BOOLEAN' },
];
const cadastreValues: Recipe['values'] = (index, random) => ({
  ...plainValues(index, random),
  area: random() < 0.1 ? null : rounded(random() * 5000),
  surveyed: `19${10 + Math.floor(random() * 80)}-0${1 + Math.floor(random() * 9)}-1${Math.floor(random() * 9)}`,
  is_current: random() > 0.1,
});

const wide: readonly ColumnFixture[] = Array.from({ length: 40 }, (_, k) => ({
  name: `measurement_${k}`,
  type: k % 3 === 0 ? 'DOUBLE' : k % 3 === 1 ? 'MEDIUMINT' : 'TEXT',
}));
const wideValues: Recipe['values'] = (_, random) =>
  Object.fromEntries(
    wide.map(({ name, type }, k) => {
      if (random() < 0.3) return [name, null];
      return [
        name,
        type === 'DOUBLE'
          ? random() * 10 ** (k % 7)
          : type === 'TEXT'
            ? word(random)
            : Math.floor(random() * 99),
      ];
    }),
  );

const logNormal = (random: Random): number =>
  Math.exp(1.3 * (random() + random() + random() + random() - 2) * 1.7);

/** Layers that the estimator was made with. */
const tuned: readonly Recipe[] = [
  {
    name: 'addresses',
    count: 30_000,
    type: 'POINT',
    columns: plain,
    values: plainValues,
    isSorted: false,
    shape: ([x, y]) => ({ type: 'Point', coordinates: [rounded(x!), rounded(y!)] }),
  },
  {
    name: 'parcels',
    count: 12_000,
    type: 'MULTIPOLYGON',
    columns: cadastre,
    values: cadastreValues,
    isSorted: true,
    shape: (place, random) => ({
      type: 'MultiPolygon',
      coordinates: [[ring(place, 4 + Math.floor(random() * 14), { reach: 600, random })]],
    }),
  },
  {
    name: 'tracks',
    count: 500,
    type: 'LINESTRING',
    columns: plain,
    values: plainValues,
    isSorted: false,
    shape: (place, random) => ({ type: 'LineString', coordinates: walk(place, 700, { stride: 25, random }) }),
  },
  {
    name: 'lakes',
    count: 3000,
    type: 'POLYGON',
    columns: plain,
    values: plainValues,
    isSorted: false,
    shape: (place, random) => ({
      type: 'Polygon',
      coordinates: [
        ring(place, 5 + Math.floor(40 * logNormal(random)), { reach: 300 * logNormal(random), random }),
      ],
    }),
  },
  {
    name: 'wide',
    count: 4000,
    type: 'POINT',
    columns: wide,
    values: wideValues,
    isSorted: true,
    shape: ([x, y]) => ({ type: 'Point', coordinates: [x!, y!] }),
  },
  {
    name: 'few',
    count: 25,
    type: 'POLYGON',
    columns: cadastre,
    values: cadastreValues,
    isSorted: false,
    shape: (place, random) => ({ type: 'Polygon', coordinates: [ring(place, 300, { reach: 9000, random })] }),
  },
];

/** Layers that it had not seen: of other kinds, other sizes and other values. */
const heldOut: readonly Recipe[] = [
  {
    name: 'spot heights',
    count: 20_000,
    type: 'POINT',
    dimension: 'xyz',
    columns: [{ name: 'h', type: 'DOUBLE' }],
    values: (_, random) => ({ h: random() * 2797 }),
    isSorted: true,
    shape: ([x, y], random) => ({ type: 'Point', coordinates: [x!, y!, rounded(random() * 2797)] }),
  },
  {
    name: 'contours',
    count: 1500,
    type: 'MULTILINESTRING',
    dimension: 'xyzm',
    columns: plain,
    values: plainValues,
    isSorted: true,
    shape: (place, random) => ({
      type: 'MultiLineString',
      coordinates: [
        walk([...place, 20 * Math.floor(random() * 90), 0], 20 + Math.floor(random() * 200), {
          stride: 12,
          random,
        }),
      ],
    }),
  },
  {
    name: 'sightings',
    count: 5000,
    type: 'MULTIPOINT',
    columns: cadastre,
    values: cadastreValues,
    isSorted: false,
    shape: ([x, y], random) => ({
      type: 'MultiPoint',
      coordinates: Array.from({ length: 1 + Math.floor(random() * 9) }, () => [
        rounded(x! + random() * 900),
        rounded(y! + random() * 900),
      ]),
    }),
  },
  {
    name: 'notes',
    count: 3000,
    type: 'POINT',
    columns: [
      ...plain,
      { name: 'note', type: 'TEXT' },
      { name: 'seen', type: 'DATETIME' },
      { name: 'photo', type: 'BLOB' },
    ],
    isSorted: false,
    shape: ([x, y]) => ({ type: 'Point', coordinates: [x!, y!] }),
    values: (index, random) => ({
      ...plainValues(index, random),
      note: random() < 0.2 ? null : `東京都 ${sentence(random, Math.floor(logNormal(random) * 6))}`,
      seen: `2026-11-22T10:${10 + Math.floor(random() * 49)}:00.000Z`,
      photo:
        random() < 0.5 ? null : Uint8Array.from({ length: Math.floor(random() * 400) }, () => random() * 256),
    }),
  },
  {
    name: 'works',
    count: 2500,
    type: 'GEOMETRYCOLLECTION',
    columns: plain,
    values: plainValues,
    isSorted: true,
    shape: (place, random) => ({
      type: 'GeometryCollection',
      geometries: [
        { type: 'Point', coordinates: place },
        { type: 'LineString', coordinates: walk(place, 12, { stride: 40, random }) },
        { type: 'Polygon', coordinates: [ring(place, 7, { reach: 200, random })] },
      ],
    }),
  },
  {
    name: 'mixed',
    count: 6000,
    type: 'GEOMETRY',
    columns: cadastre,
    values: cadastreValues,
    isSorted: false,
    shape: (place, random) =>
      random() < 0.05
        ? null
        : random() < 0.5
          ? { type: 'Point', coordinates: place }
          : {
              type: 'Polygon',
              coordinates: [ring(place, 3 + Math.floor(random() * 60), { reach: 1200, random })],
            },
  },
  {
    name: 'regions',
    count: 60,
    type: 'MULTIPOLYGON',
    columns: plain,
    values: plainValues,
    isSorted: false,
    shape: (place, random) => ({
      type: 'MultiPolygon',
      coordinates: Array.from({ length: 1 + Math.floor(random() * 4) }, (_, k) => [
        ring([place[0]! + 30_000 * k, place[1]!], 100 + Math.floor(3000 * random()), {
          reach: 14_000,
          random,
        }),
      ]),
    }),
  },
];

/** The generated layers of the test set. */
export const estimateLayers = { tuned: tuned.map(layerOf), heldOut: heldOut.map(layerOf) };

function layerOf(
  { name, count, type, dimension, columns, shape, values, isSorted }: Recipe,
  seed: number,
): TableFixture {
  const random = seededRandom(100 + seed * 13);
  const side = Math.ceil(Math.sqrt(count));
  const step = size / side;
  const features = Array.from({ length: count }, (_, index): FeatureFixture => {
    const [column, row] = isSorted
      ? [index % side, Math.floor(index / side)]
      : [random() * side, random() * side];
    const place = [left + (column + random() * 0.5) * step, bottom + (row + random() * 0.5) * step];
    return { geometry: shape(place, random), attributes: values(index, random) };
  });
  return {
    name,
    geometry: { type, epsg: 2193, ...(dimension !== undefined && { dimension }) },
    columns,
    features,
  };
}

/** Rows without a place. */
export function estimateTable(count: number): TableFixture {
  const random = seededRandom(77);
  return {
    name: 'register',
    columns: cadastre,
    features: Array.from({ length: count }, (_, index) => ({ attributes: cadastreValues(index, random) })),
  };
}
