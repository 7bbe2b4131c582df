import type { FeatureFixture, FixtureGeometry, TableFixture } from '@outcrop/testkit';

const columns = [
  { name: 'nr', type: 'INTEGER' },
  { name: 'naïve "name"', type: 'TEXT' },
  { name: 'select', type: 'DOUBLE' },
  { name: '名前', type: 'TEXT(5)' },
  { name: 'since', type: 'DATETIME' },
] as const;

type AnyTable = TableFixture & { readonly features: readonly FeatureFixture[] };

function features(geometries: readonly (FixtureGeometry | null)[]): FeatureFixture[] {
  return geometries.map((geometry, index) => ({
    fid: index * 3 + 1,
    geometry,
    attributes: {
      nr: index + 1,
      'naïve "name"': index % 4 === 3 ? null : `Ōwenga, "${index}"\n`,
      select: index / 3,
      名前: '東京都',
      since: '2026-11-22T10:15:30.123Z',
    },
  }));
}

const square = (x: number, y: number, ...rest: number[]): number[][] =>
  [
    [x, y],
    [x + 10, y],
    [x + 10, y + 10],
    [x, y + 10],
    [x, y],
  ].map((position) => [...position, ...rest]);
const bowTie = (x: number, y: number): number[][] => [
  [x, y],
  [x + 10, y + 10],
  [x + 10, y],
  [x, y + 10],
  [x, y],
];
const hole = (x: number, y: number): number[][] => [
  [x + 2, y + 2],
  [x + 2, y + 4],
  [x + 4, y + 4],
  [x + 2, y + 2],
];

/** Layers as real files have them: odd names, every dimension, no index, big-endian, mixed, empty and null. */
export const anyLayers = {
  points: {
    name: 'Trees & "shrubs"',
    fidColumn: 'OBJECTID',
    columns,
    geometry: { column: 'the geom', type: 'POINT', epsg: 2193 },
    features: features([
      { type: 'Point', coordinates: [1_756_000.25, 5_920_000.5] },
      { type: 'Point', coordinates: [1_756_100, 5_920_100] },
      { type: 'Point', coordinates: [1_756_200, 5_920_200] },
      null,
      { type: 'Point', coordinates: [1_756_400, 5_920_400] },
    ]),
  },
  measured: {
    name: 'measured',
    columns,
    geometry: { type: 'LINESTRING', epsg: 2193, dimension: 'xyzm', byteOrder: 'big', spatialIndex: false },
    features: features([
      {
        type: 'LineString',
        coordinates: [
          [1_756_000, 5_920_000, 12.5, 100],
          [1_756_010, 5_920_020, 13.5, 200],
        ],
      },
      {
        type: 'LineString',
        coordinates: [
          [1_757_000, 5_921_000, 1, 0],
          [1_757_010, 5_921_020, 2, 50],
          [1_757_020, 5_921_020, 3, 60],
        ],
      },
    ]),
  },
  heights: {
    name: '2 heights',
    columns,
    geometry: { type: 'MULTIPOLYGON', epsg: 2193, dimension: 'xyz', envelope: 'xyz' },
    features: features([
      { type: 'MultiPolygon', coordinates: [[square(1_756_000, 5_920_000, 7)]] },
      null,
      {
        type: 'MultiPolygon',
        coordinates: [[square(1_757_000, 5_920_000, 8)], [square(1_757_100, 5_920_000, 9)]],
      },
    ]),
  },
  bigEndian: {
    name: 'big_endian',
    columns,
    geometry: { type: 'POLYGON', epsg: 2193, byteOrder: 'big', envelope: 'none', spatialIndex: false },
    features: features([
      { type: 'Polygon', coordinates: [square(1_756_000, 5_920_000), hole(1_756_000, 5_920_000)] },
      { type: 'Polygon', coordinates: [square(1_757_000, 5_920_000)] },
    ]),
  },
  mixed: {
    name: 'mixed',
    columns,
    geometry: { type: 'GEOMETRY', epsg: 2193 },
    features: features([
      { type: 'Point', coordinates: [1_756_000, 5_920_000] },
      { type: 'LineString', coordinates: square(1_756_000, 5_920_000) },
      { type: 'Polygon', coordinates: [square(1_756_000, 5_920_000)] },
      {
        type: 'MultiPoint',
        coordinates: [
          [1_756_000, 5_920_000],
          [1_756_001, 5_920_001],
        ],
      },
      null,
    ]),
  },
  collections: {
    name: 'collections',
    columns,
    geometry: { type: 'GEOMETRYCOLLECTION', epsg: 2193 },
    features: features([
      {
        type: 'GeometryCollection',
        geometries: [
          { type: 'Point', coordinates: [1_756_000, 5_920_000] },
          { type: 'Polygon', coordinates: [square(1_756_000, 5_920_000)] },
        ],
      },
      {
        type: 'GeometryCollection',
        geometries: [{ type: 'LineString', coordinates: square(1_756_000, 5_920_000) }],
      },
    ]),
  },
  lineSet: {
    name: 'line set',
    columns,
    geometry: { type: 'MULTILINESTRING', epsg: 2193, dimension: 'xym' },
    features: features([
      {
        type: 'MultiLineString',
        coordinates: [
          [
            [1_756_000, 5_920_000, 1],
            [1_756_010, 5_920_000, 2.5],
          ],
          [
            [1_756_500, 5_920_000, -3],
            [1_756_510, 5_920_005, 0],
          ],
        ],
      },
    ]),
  },
  pointSet: {
    name: 'point set',
    columns,
    geometry: { type: 'MULTIPOINT', epsg: 2193, dimension: 'xyzm' },
    features: features([
      {
        type: 'MultiPoint',
        coordinates: [
          [1_756_000, 5_920_000, 1, 10],
          [1_756_001, 5_920_001, 2, 20],
        ],
      },
      { type: 'MultiPoint', coordinates: [[1_756_005, 5_920_005, 3, 30]] },
    ]),
  },
  measuredPoints: {
    name: 'measured points',
    columns,
    geometry: { type: 'POINT', epsg: 2193, dimension: 'xym', byteOrder: 'big' },
    features: features([{ type: 'Point', coordinates: [1_756_000, 5_920_000, 17.25] }, null]),
  },
  solidPolygons: {
    name: 'solid polygons',
    columns,
    geometry: { type: 'POLYGON', epsg: 2193, dimension: 'xyzm', envelope: 'xyzm' },
    features: features([
      {
        type: 'Polygon',
        coordinates: [square(1_756_000, 5_920_000, 7, 1), square(1_756_020, 5_920_000, 8, 2)],
      },
    ]),
  },
  hollow: {
    name: 'hollow',
    columns,
    geometry: { type: 'GEOMETRY', epsg: 2193 },
    features: features([
      { type: 'Point', coordinates: [] },
      { type: 'LineString', coordinates: [] },
      { type: 'Polygon', coordinates: [] },
      { type: 'MultiPoint', coordinates: [] },
      { type: 'MultiLineString', coordinates: [] },
      { type: 'MultiPolygon', coordinates: [] },
      { type: 'GeometryCollection', geometries: [] },
      null,
      { type: 'Point', coordinates: [1_756_000, 5_920_000] },
    ]),
  },
  invalid: {
    name: 'invalid',
    columns,
    geometry: { type: 'POLYGON', epsg: 2193 },
    features: features([
      // A bow-tie, a ring on itself, a hole outside, and one without area.
      { type: 'Polygon', coordinates: [bowTie(1_756_000, 5_920_000)] },
      {
        type: 'Polygon',
        coordinates: [[...square(1_756_100, 5_920_000), ...square(1_756_100, 5_920_000).slice(1)]],
      },
      { type: 'Polygon', coordinates: [square(1_756_200, 5_920_000), hole(1_756_300, 5_920_000)] },
      { type: 'Polygon', coordinates: [Array.from({ length: 4 }, () => [1_756_400, 5_920_000])] },
    ]),
  },
  nested: {
    name: 'nested',
    columns,
    geometry: { type: 'GEOMETRYCOLLECTION', epsg: 2193 },
    features: features([
      {
        type: 'GeometryCollection',
        geometries: [
          { type: 'Point', coordinates: [1_756_000, 5_920_000] },
          {
            type: 'GeometryCollection',
            geometries: [
              {
                type: 'MultiPoint',
                coordinates: [
                  [1_756_001, 5_920_001],
                  [1_756_002, 5_920_002],
                ],
              },
            ],
          },
        ],
      },
    ]),
  },
  empty: {
    name: 'no features at all',
    columns,
    geometry: { type: 'POLYGON', epsg: 2193 },
    features: [],
  },
  nowhere: {
    name: 'nowhere',
    columns,
    geometry: { type: 'POINT', epsg: 2193, spatialIndex: false },
    features: features([null, null]),
  },
} as const satisfies Readonly<Record<string, AnyTable>>;
