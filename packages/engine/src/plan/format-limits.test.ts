import { findFormat, type Kind, type Mimetype } from '@outcrop/contract';
import { expect, test } from 'vitest';

import { formatLimitProblems, type ItemSize } from './format-limits.ts';

const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const megabyte = 1024 ** 2;

function item(mimetype: Mimetype, size: Partial<ItemSize>): ItemSize {
  return { title: 'Roads', kind: 'vector' satisfies Kind, mimetype, bytes: 1, rows: 1, fields: 1, ...size };
}

test.each<[Mimetype, keyof Pick<ItemSize, 'bytes' | 'rows' | 'fields'>, number, string]>([
  ['application/vnd.google-earth.kml+xml', 'bytes', 40 * megabyte, 'as KML, which holds at most 40 MB'],
  ['application/pdf', 'bytes', 50 * megabyte, 'as PDF, which holds at most 50 MB'],
  ['image/vnd.dwg', 'bytes', 50 * megabyte, 'as DWG, which holds at most 50 MB'],
  ['application/x-ogc-mapinfo_file', 'bytes', 2048 * megabyte, 'as MapInfo TAB, which holds at most'],
  ['application/x-ogc-mapinfo_file', 'fields', 250, 'as MapInfo TAB, which holds at most 250 fields'],
  ['application/x-ogc-mapinfo_file+mif', 'fields', 250, 'as MapInfo MIF, which holds at most 250 fields'],
  [xlsx, 'rows', 1_048_575, 'as Excel (XLSX), which holds at most 1,048,575 rows'],
  [xlsx, 'fields', 16_384, 'as Excel (XLSX), which holds at most 16,384 fields'],
])('%s holds so many %s and no more: %i', (mimetype, size, limit, words) => {
  expect(formatLimitProblems(item(mimetype, { [size]: limit }))).toEqual([]);
  const [reason, ...others] = formatLimitProblems(item(mimetype, { [size]: limit + 1 }));
  expect(reason).toMatchObject({ code: 'too-large-for-format', limit, value: limit + 1 });
  expect(reason!.detail).toContain(`Roads would have about`);
  expect(reason!.detail).toContain(words);
  expect(others).toEqual([]);
});

test('a Shapefile has no limit that refuses it: it is split', () => {
  expect(formatLimitProblems(item('application/x-zipped-shp', { bytes: 2 ** 42, rows: 2 ** 31 }))).toEqual(
    [],
  );
  expect(findFormat('application/x-zipped-shp')?.maxBytes).toBeUndefined();
});
