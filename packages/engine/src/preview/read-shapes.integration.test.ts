import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';

import { temporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { afterEach, expect, test, vi } from 'vitest';

import { runGdal } from '../testing/ogr.ts';
import { readShapes } from './read-shapes.ts';

afterEach(() => vi.unstubAllEnvs());

const ring: [number, number][] = [[174, -41], [175, -41], [175, -40], [174, -40], [174, -41]]; // prettier-ignore

test('polygons of a zipped Shapefile in another CRS come back in degrees', async () => {
  await using folder = await temporaryFolder();
  const path = folder.file('shape.gpkg');
  const geometry = { type: 'Polygon', coordinates: [ring] } as const;
  writeGeoPackage(path, {
    tables: [{ name: 'area', geometry: { type: 'POLYGON', epsg: 4326 }, features: [{ geometry }] }],
  });
  const zip = folder.file('shape.shz');
  runGdal('ogr2ogr', ['-f', 'ESRI Shapefile', '-t_srs', 'EPSG:2193', zip, path]);
  const files = [[zip, 'zip'], [path, 'gpkg']] as const; // prettier-ignore
  for (const [file, type] of files) {
    const { features, problem } = await readShapes({ bytes: await readFile(file), type, crs: null });
    expect(problem).toBeNull();
    const [feature] = features as [{ geometry: { coordinates: [number, number][][] } }];
    const longitudes = feature.geometry.coordinates.flat().map(([x]) => x.toFixed(6));
    expect([...new Set(longitudes)].toSorted()).toEqual(['174.000000', '175.000000']);
  }
});

test('a file that is not what its name says is unreadable', async () => {
  const bytes = Buffer.from('nothing of the kind');
  for (const type of ['zip', 'gpkg', 'kml', 'kmz']) {
    expect(await readShapes({ bytes, type, crs: null })).toEqual({ features: null, problem: 'unreadable' });
  }
  expect(await readShapes({ bytes, type: 'exe', crs: null })).toMatchObject({ problem: 'unknown-type' });
});

test('a file that does not say its CRS is read in the one that is given', async () => {
  await using folder = await temporaryFolder();
  const csv = folder.file('a.csv');
  await writeFile(
    csv,
    'id,WKT\n1,"POLYGON((1700000 5500000,1700100 5500000,1700100 5500100,1700000 5500000))"\n',
  );
  const zip = folder.file('a.shz');
  runGdal('ogr2ogr', ['-f', 'ESRI Shapefile', zip, csv, '-oo', 'GEOM_POSSIBLE_NAMES=WKT']);
  const bytes = await readFile(zip);
  expect(await readShapes({ bytes, type: 'zip', crs: null })).toMatchObject({ problem: 'unknown-crs' });
  const { features } = await readShapes({ bytes, type: 'zip', crs: 'EPSG:2193' });
  expect(features).toHaveLength(1);
});

test('a file of which far more comes out than went in is refused', async () => {
  await using folder = await temporaryFolder();
  const geometry = { type: 'Polygon', coordinates: [ring] } as const;
  const path = folder.file('shape.gpkg');
  writeGeoPackage(path, {
    tables: [{ name: 'area', geometry: { type: 'POLYGON', epsg: 4326 }, features: [{ geometry }] }],
  });
  // A program that prints without end stands in for GDAL's, which would take a while.
  await mkdir(folder.file('bin'));
  await writeFile(folder.file('bin/ogr2ogr'), '#!/bin/sh\nexec yes "and more, and more, and more"\n', {
    mode: 0o755,
  });
  vi.stubEnv('PATH', `${folder.file('bin')}${delimiter}${process.env['PATH']}`);
  const reading = readShapes({ bytes: await readFile(path), type: 'gpkg', crs: null });
  await expect(reading).rejects.toThrow(
    'too large to be read here: ogr2ogr printed more than 40000000 bytes',
  );
});
