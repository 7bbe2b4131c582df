import { temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { exportWish, tableOf } from './testing/export-fixture.ts';
import { type OgrFeature, readWithOgr } from './testing/ogr.ts';
import { type ProductFormat, productFormats, readProducts } from './testing/read-product.ts';
import { typedValues } from './testing/typed-values.ts';

let folder: TemporaryFolder;
let path: string;
const fixtures = { layer: typedValues(true), table: typedValues(false) };

beforeAll(async () => {
  folder = await temporaryFolder();
  path = folder.file('typed.gpkg');
  writeGeoPackage(path, { tables: Object.values(fixtures) });
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

const shapefile = 'application/x-zipped-shp';
const withoutTables: readonly ProductFormat[] = [
  'application/geo+json',
  'application/geo+json-seq',
  'application/flatgeobuf',
];

/** The features of a product: of a table's Shapefile those of its `.dbf`. */
function featuresOf(archivePath: string, format: ProductFormat, kind: keyof typeof fixtures): OgrFeature[] {
  if (format !== shapefile || kind === 'layer') return readProducts(archivePath, format);
  return readWithOgr(`/vsizip/${archivePath}/select.dbf`);
}

/** GDAL shows binary values as hex, where it knows that they are. */
const asHex: readonly ProductFormat[] = ['application/x-ogc-gpkg', 'application/flatgeobuf'];

/** A value as a text that does not depend on how a format and its reader spell it. */
function plain(value: unknown, type: string, format: ProductFormat): string | null {
  if (value === null || value === undefined || (type === 'BOOLEAN' && value === '?')) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (type === 'BOOLEAN') return value === true || value === 1 || value === 'T' ? 'true' : 'false';
  const text = typeof value === 'string' ? value : String(value as number | bigint);
  const time = text.replaceAll('/', '-');
  if (type === 'DATE') return time.slice(0, 10);
  if (type === 'DATETIME') return new Date(time.replace(' ', 'T').replace('+00', 'Z')).toISOString();
  if (type === 'BLOB') return asHex.includes(format) ? Buffer.from(text, 'hex').toString('base64') : text;
  // GDAL reads CSV with the line ends of Unix.
  if (type.startsWith('TEXT')) return format === 'text/csv' ? text.replaceAll('\r\n', '\n') : text;
  // A .dbf of 19 digits is read as a double, and one with decimals has 15 of them.
  if (format === shapefile) return Number(value).toPrecision(14);
  return type === 'INTEGER' || type === 'INT' ? text : String(Number(text));
}

describe.each(Object.keys(fixtures) as (keyof typeof fixtures)[])('a %s of every type', (kind) => {
  const formats = productFormats.filter((format) => kind === 'layer' || !withoutTables.includes(format));

  test.each(formats)('has its values in %s, whatever its columns are called', async (format) => {
    const fixture = fixtures[kind];
    const { archivePath, report } = await exportWish(
      { tables: [tableOf(path, fixture.name)], format },
      folder.path,
    );
    const features = featuresOf(archivePath, format, kind);
    expect(features.length).toBe(fixture.features.length);
    for (const feature of fixture.features) {
      const found = features.find(({ properties }) => Number(properties['nr']) === feature.attributes!['nr']);
      for (const { name, type } of fixture.columns!) {
        const expected = plain(feature.attributes![name], type, format);
        const actual = plain(found!.properties[name], type, format);
        if (isSame(expected, actual, { type, format })) continue;
        expect(actual, `${name} of ${String(feature.attributes!['nr'])}`).toBe(expected);
      }
    }
    expect(
      report.items[0]!.losses.map(({ code, field }) => `${code} ${field ?? ''}`.trim()).toSorted(),
    ).toEqual(lossesOf(format, kind).toSorted());
  });
});

/** What a format is allowed to change: each is in its report. */
function isSame(
  expected: string | null,
  actual: string | null,
  { type, format }: { type: string; format: ProductFormat },
): boolean {
  if (expected === actual) return true;
  // No difference between empty and nothing.
  if ((format === shapefile || format === 'text/csv') && (expected ?? '') === (actual ?? '')) return true;
  if (format !== shapefile) return false;
  if (type === 'BLOB') return actual === null;
  if (type.startsWith('TEXT')) return expected!.startsWith(actual!) || expected!.trim() === actual;
  return false;
}

/** What goes on record of such a layer or table. */
function lossesOf(format: ProductFormat, kind: keyof typeof fixtures): string[] {
  const ofTexts = kind === 'layer' ? ['coordinates-rounded', 'value-retyped bytes'] : ['value-retyped bytes'];
  switch (format) {
    case 'text/csv':
    case 'application/geo+json':
      return ofTexts;
    case 'application/geo+json-seq':
      return [...ofTexts, 'crs-unnamed'];
    case 'application/flatgeobuf':
      return ['value-retyped date'];
    case shapefile:
      return [
        'field-dropped bytes',
        'value-retyped index',
        'value-retyped timestamp',
        'value-truncated キー',
        // A text of nothing but spaces.
        'value-changed Ключ',
      ];
    default:
      return [];
  }
}
