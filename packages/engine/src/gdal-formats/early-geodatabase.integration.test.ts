import { type FeatureFixture, temporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { expect, test, vi } from 'vitest';

import { EarlyPieces } from '../archive/early-pieces.ts';
import { verifyArchive } from '../archive/verify-archive.ts';
import { exportWish, tableOf } from '../testing/export-fixture.ts';
import { type OgrFeature, readWithOgr, runGdal } from '../testing/ogr.ts';
import { seededRandom } from '../testing/seeded-random.ts';

const features = 80_000;

/** Ids and places are the same to a tenth of a millimetre, which is as fine as a File Geodatabase is. */
function plain({ properties, geometry }: OgrFeature): unknown {
  const { coordinates } = JSON.parse(geometry!) as { coordinates: number[] };
  return [properties['nr'], properties['text'], ...coordinates.map((value) => value.toFixed(3))];
}

test('a File Geodatabase that is compressed while ogr2ogr writes it is whole for every reader', async () => {
  await using folder = await temporaryFolder();
  const path = folder.file('source.gpkg');
  const random = seededRandom(3);
  writeGeoPackage(path, {
    tables: [
      {
        name: 'points',
        // Of two kinds, which ogr2ogr writes.
        geometry: { type: 'GEOMETRY', epsg: 2193 },
        columns: [
          { name: 'nr', type: 'INTEGER' },
          { name: 'text', type: 'TEXT' },
        ],
        features: [
          ...Array.from({ length: features }, (_, nr): FeatureFixture => ({
            geometry: {
              type: 'Point',
              coordinates: [1_500_000 + nr, 5_300_000 + Math.round(random() * 1e5)],
            },
            attributes: { nr, text: `Ōwenga ${random()} `.repeat(8) },
          })),
          {
            geometry: {
              type: 'LineString',
              coordinates: [
                [1_500_000, 5_300_000],
                [1_500_001, 5_300_000],
              ],
            },
            attributes: { nr: features, text: 'a line' },
          },
        ],
      },
    ],
  });
  const taken = vi.spyOn(EarlyPieces.prototype, 'take');
  const { archivePath } = await exportWish(
    { tables: [tableOf(path)], format: 'applicaton/x-ogc-filegdb' },
    folder.path,
  );
  const early = taken.mock.results;
  taken.mockRestore();
  // What the test is about has happened: some pieces were there before GDAL had ended.
  expect(early.filter(({ value }) => value !== null).length).toBeGreaterThan(3);
  expect(runGdal('unzip', ['-t', archivePath])).toContain('No errors detected');
  runGdal('python3', ['-c', `import zipfile; assert zipfile.ZipFile('${archivePath}').testzip() is None`]);
  expect((await verifyArchive(archivePath)).ok).toBe(true);
  const product = `/vsizip/${archivePath}/points.gdb`;
  const summary = runGdal('ogrinfo', ['-ro', '-so', '-al', product], { noWarnings: true });
  expect(summary).toContain(`Feature Count: ${features}`);
  expect(summary).toContain('ID["EPSG",2193]');
  const [mine, theirs] = [readWithOgr(product, 'points_point'), readWithOgr(path).slice(0, features)];
  expect(mine.map(plain)).toEqual(theirs.map(plain));
  expect(readWithOgr(product, 'points_line')).toHaveLength(1);
}, 120_000);
