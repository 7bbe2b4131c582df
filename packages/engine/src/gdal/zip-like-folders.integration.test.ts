import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { findFormat, type Mimetype } from '@outcrop/contract';
import { temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { producibleFormats } from '../gdal-formats/producible-formats.ts';
import { importFile } from '../import/import-file.ts';
import { exportWish, tableOf } from '../testing/export-fixture.ts';
import { runGdal } from '../testing/ogr.ts';
import { exportRasters, makeRaster } from '../testing/raster-fixture.ts';

const sketch = { width: 20, height: 20, bands: 3 };

let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

const crsOf = (format: string): string => findFormat(format)?.fixedCrs ?? 'EPSG:2193';

/** GDAL takes such names for archives where it looks into them, and some of its drivers when they write. */
describe.each(['x.zip', 'x.tar.gz', 'x.kmz', 'x.xlsx', 'x.gdb'])('below a folder called %s', (name) => {
  let home: string;

  beforeAll(() => {
    home = join(folder.path, name, 'y');
    mkdirSync(home, { recursive: true });
  });

  test('layers are exported in every format of this machine, from a source in it', async () => {
    const source = join(home, 'source.gpkg');
    writeGeoPackage(source, {
      tables: [
        {
          name: 'places',
          geometry: { type: 'POINT', epsg: 4326 },
          columns: [{ name: 'name', type: 'TEXT' }],
          features: [174.5, 174.7].map((x) => ({
            geometry: { type: 'Point', coordinates: [x, x - 216] },
            attributes: { name: 'Ōwenga' },
          })),
        },
      ],
    });
    for (const format of (await producibleFormats('vector')) as Mimetype[]) {
      const { report } = await exportWish({ tables: [tableOf(source)], format }, home);
      expect(report.items[0]!.counts.written, format).toBe(2);
    }
  });

  test('pictures are exported in every format of this machine, from a source in it', async () => {
    const path = makeRaster(join(home, 'picture.tif'), sketch);
    for (const format of await producibleFormats('raster')) {
      const wish = {
        layers: [{ path, kind: 'raster' } as const],
        formats: { raster: format },
        crs: crsOf(format),
      };
      const { result } = await exportRasters(wish, home);
      expect(result.report.items[0]!.raster!.files_written, format).toBe(1);
    }
  });

  test.each([
    ['stations.xlsx', 'XLSX'],
    ['stations.ods', 'ODS'],
    ['stations.kmz', 'LIBKML'],
  ])('%s is imported', async (file, driver) => {
    writeFileSync(folder.file('stations.csv'), 'name,nr,lon,lat\nEast,1,174.5,-41.2\n');
    const options = [
      '-oo',
      'X_POSSIBLE_NAMES=lon',
      '-oo',
      'Y_POSSIBLE_NAMES=lat',
      '-oo',
      'AUTODETECT_TYPE=YES',
    ];
    runGdal('ogr2ogr', [
      '-f',
      driver,
      '-a_srs',
      'EPSG:4326',
      folder.file(file),
      folder.file('stations.csv'),
      ...options,
    ]);
    cpSync(folder.file(file), join(home, file));
    const target = join(home, `${file}.gpkg`);
    const { layers } = await importFile(join(home, file), { target, workFolder: join(home, 'import') });
    expect(layers).toMatchObject([{ featureCount: 1 }]);
  });

  test('a zip is imported', async () => {
    writeFileSync(join(home, 'inside.csv'), 'name,lon,lat\nEast,174.5,-41.2\n');
    runGdal('zip', ['-q', '-j', join(home, 'data.zip'), join(home, 'inside.csv')]);
    const target = join(home, 'zip.gpkg');
    const { layers } = await importFile(join(home, 'data.zip'), { target, workFolder: join(home, 'import') });
    expect(layers).toMatchObject([{ featureCount: 1, kind: 'vector' }]);
  });
});

test('a tile whose name looks like that of a zip becomes a KMZ too', async () => {
  const path = makeRaster(folder.file('photos.zip.2020.tif'), sketch);
  const kmz = 'application/vnd.google-earth.kml+xml';
  const wish = { layers: [{ path, kind: 'raster' } as const], formats: { raster: kmz }, crs: 'EPSG:4326' };
  const { result } = await exportRasters(wish, folder.path);
  expect(result.report.items[0]!.files).toContain('photos_zip.2020.kmz');
});
