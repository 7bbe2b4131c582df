import { expect, test } from 'vitest';

import { parseFormat } from './parse-format.ts';

test.each([
  ['vector=application/x-ogc-gpkg', { vector: 'application/x-ogc-gpkg' }],
  ['vector=gpkg', { vector: 'application/x-ogc-gpkg' }],
  ['vector=Shp', { vector: 'application/x-zipped-shp' }],
  ['table=CSV', { table: 'text/csv' }],
  ['grid=gtiff', { grid: 'image/tiff;subtype=geotiff' }],
  ['vector=application/x-ogc-filegdb', { vector: 'applicaton/x-ogc-filegdb' }],
  ['raster=image/tiff; subtype=geotiff', { raster: 'image/tiff;subtype=geotiff' }],
  ['vector=application/x-of-their-own', { vector: 'application/x-of-their-own' }],
])('%s is %j', (text, formats) => {
  expect(parseFormat(text)).toEqual(formats);
});

test('repeated formats add up, and the last of a kind counts', () => {
  expect(parseFormat('table=csv', parseFormat('vector=shp', { vector: 'text/csv' }))).toEqual({
    vector: 'application/x-zipped-shp',
    table: 'text/csv',
  });
});

test.each([
  ['gpkg', /kind=format/],
  ['vector=', /kind=format/],
  ['=gpkg', /kind=format/],
  ['vectors=gpkg', /The kinds are vector, table/],
  ['vector=dbf', /Short codes for vector are .*gpkg/],
  ['table=kml', /Short codes for table are/],
  ['raster=jp2', /several formats; write one of image\/jp2, image\/jp2;compression=lossless/],
])('%s is refused with what there is', (text, message) => {
  expect(() => parseFormat(text)).toThrow(message);
});
