import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { writeGeoPackage } from '@outcrop/testkit';

import { outcropEngine } from '../../engine.ts';
import { openTestSite, type TestSite } from '../test-site.ts';

const config = `title: Fuzz
limits: { max_extent_vertices: 200, max_body_bytes: 200000 }
layers:
  - { id: 1, title: Regions, file: data.gpkg, table: regions, crop_layer: true, name_field: name, licence: { title: Public domain, type: pd } }
  - { id: 2, title: Points, file: data.gpkg, table: points }
  - { id: 3, title: List, file: data.gpkg, table: list }
  - { id: 4, title: Broken, file: broken.gpkg, table: roads }
  - { id: 5, title: Heights, file: heights.asc, kind: grid, crs: 'EPSG:4326' }
`;

const heights = `ncols 4
nrows 3
xllcorner 170
yllcorner -45
cellsize 1
1 2 3 4
5 6 7 8
9 10 11 12
`;

/** A site of small layers, checked by the real engine; only the runs of its exports are made up, to save time. */
export async function openFuzzSite(): Promise<TestSite> {
  const folder = pathToFileURL(`${await mkdtemp(join(tmpdir(), 'outcrop-fuzz-'))}/`);
  writeGeoPackage(fileURLToPath(new URL('data.gpkg', folder)), {
    tables: [
      {
        name: 'regions',
        geometry: { epsg: 4326, type: 'POLYGON' },
        columns: [{ name: 'name', type: 'TEXT' }],
        features: [170, 175].map((west, index) => ({
          fid: index + 1,
          attributes: { name: `Region ${west}` },
          geometry: { type: 'Polygon', coordinates: [square(west, -45)] },
        })),
      },
      {
        name: 'points',
        geometry: { epsg: 4326, type: 'POINT' },
        columns: [{ name: 'n', type: 'INTEGER' }],
        features: Array.from({ length: 50 }, (_, n) => ({
          attributes: { n },
          geometry: { type: 'Point' as const, coordinates: [170 + n / 5, -42] },
        })),
      },
      {
        name: 'list',
        columns: [{ name: 'word', type: 'TEXT' }],
        features: [{ attributes: { word: 'one' } }],
      },
    ],
  });
  await writeFile(new URL('broken.gpkg', folder), 'not a GeoPackage');
  await writeFile(new URL('heights.asc', folder), heights);
  await writeFile(new URL('outcrop.yaml', folder), config);
  return openTestSite({
    folder,
    engineFrom: ({ runInProcess }) => ({ ...outcropEngine, runInProcess }),
  });
}

function square(west: number, south: number): [number, number][] {
  return [
    [west, south],
    [west + 5, south],
    [west + 5, south + 5],
    [west, south + 5],
    [west, south],
  ];
}
