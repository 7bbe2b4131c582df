import type { ColumnFixture, FeatureFixture, FixtureValue, TableFixture } from '@outcrop/testkit';

/** A column of every type of GeoPackage 1.3, under names that are words of SQL or of no Latin script. */
const columns = [
  { name: 'nr', type: 'INTEGER' },
  { name: 'order', type: 'BOOLEAN' },
  { name: 'select', type: 'TINYINT' },
  { name: 'from', type: 'SMALLINT' },
  { name: 'where', type: 'MEDIUMINT' },
  { name: 'group', type: 'INT' },
  { name: 'index', type: 'INTEGER' },
  { name: 'table', type: 'FLOAT' },
  { name: 'values', type: 'DOUBLE' },
  { name: 'null', type: 'REAL' },
  { name: 'キー', type: 'TEXT' },
  { name: 'Ключ', type: 'TEXT(12)' },
  { name: 'date', type: 'DATE' },
  { name: 'timestamp', type: 'DATETIME' },
  { name: 'bytes', type: 'BLOB' },
] as const satisfies readonly ColumnFixture[];

const long = 'Tūtū-ā-Kai 東京都 Ελλάδα العربية 🌋 '.repeat(2000);
const rows: readonly (readonly FixtureValue[])[] = [
  [
    true,
    1,
    -2,
    3,
    4,
    5n,
    0.5,
    1 / 3,
    -1e-7,
    'plain',
    'short',
    '2024-02-29',
    '2024-02-29T23:59:59.999Z',
    Buffer.from('a'),
  ],
  [
    false,
    -128,
    32_767,
    -8_388_608,
    2_147_483_647,
    2n ** 53n + 1n,
    1e30,
    1e300,
    5e-324,
    long,
    '"quoted"',
    '1969-12-31',
    '1969-12-31T00:00:00.000Z',
    Buffer.alloc(5000, 255),
  ],
  [null, null, null, null, null, null, null, null, null, null, null, null, null, null],
  [
    true,
    127,
    -32_768,
    8_388_607,
    -2_147_483_648,
    1n - 2n ** 63n,
    -0.1,
    123_456_789.123_456_78,
    0,
    "it's; DROP TABLE x --",
    'a,b\r\n"c"',
    '9999-12-31',
    '2026-11-22T10:15:30.120Z',
    Buffer.from([0]),
  ],
  [
    false,
    0,
    0,
    0,
    0,
    2n ** 63n - 2n,
    0,
    0,
    0,
    '',
    ' spaces ',
    '2000-01-01',
    '2000-01-01T00:00:00.000Z',
    Buffer.from('<&>'),
  ],
];

/** Values of every type, with and without a place; ids with a gap. */
export function typedValues(
  geometry: boolean,
): TableFixture & { readonly features: readonly FeatureFixture[] } {
  return {
    name: geometry ? 'group' : 'select',
    ...(geometry && { geometry: { column: 'table_geom', type: 'POINT', epsg: 2193 } }),
    columns,
    features: rows.map((values, index) => ({
      fid: index * 2 + 1,
      ...(geometry && { geometry: { type: 'Point', coordinates: [1_756_000 + index, 5_920_000.5] } }),
      attributes: {
        nr: index + 1,
        ...Object.fromEntries(values.map((value, at) => [columns[at + 1]!.name, value])),
      },
    })),
  };
}
