import { execFileSync } from 'node:child_process';

import { expect, it } from 'vitest';

import { temporaryFolder } from '../temporary-folder.ts';
import type { FixtureGeometry } from './geometry.ts';
import { writeGeoPackage } from './write-geopackage.ts';

const geometries: readonly FixtureGeometry[] = [
  { type: 'Point', coordinates: [175, -41, 3, 4] },
  {
    type: 'LineString',
    coordinates: [
      [175, -41, 1, 2],
      [176, -40, 3, 4],
    ],
  },
  { type: 'MultiPolygon', coordinates: [] },
];

it('is read by GDAL without a warning, with Z and M', async () => {
  await using folder = await temporaryFolder();
  const file = folder.file('mixed.gpkg');
  writeGeoPackage(file, {
    tables: [
      {
        name: 'mixed',
        geometry: { epsg: 4326, dimension: 'xyzm' },
        columns: [{ name: 'seen', type: 'DATETIME' }],
        features: geometries.map((geometry) => ({
          geometry,
          attributes: { seen: '2026-11-22T10:00:00.000Z' },
        })),
      },
    ],
  });
  const output = execFileSync('sh', ['-c', 'ogrinfo -al "$1" 2>&1', 'sh', file], { encoding: 'utf8' });
  expect(output).not.toMatch(/warning|error/i);
  expect(output).toContain('Feature Count: 3');
  expect(output).toContain('LINESTRING ZM (175 -41 1 2,176 -40 3 4)');
  expect(output).toContain('seen (DateTime) = 2026/11/22 10:00:00+00');
  expect(output).toContain('ID["EPSG",4326]');
});
