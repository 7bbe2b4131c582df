import { rmSync, truncateSync, writeFileSync } from 'node:fs';

import { temporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import { importFile } from '../import/import-file.ts';
import { exportWish, tableOf } from '../testing/export-fixture.ts';
import { runGdal } from '../testing/ogr.ts';

const tab = 'application/x-ogc-mapinfo_file';
const points = (count: number): Parameters<typeof writeGeoPackage>[1] => ({
  tables: [
    {
      name: 'points',
      geometry: { type: 'POINT', epsg: 2193 },
      columns: [{ name: 'nr', type: 'INTEGER' }],
      features: Array.from({ length: count }, (_, index) => ({
        geometry: { type: 'Point', coordinates: [1_700_000 + index, 5_900_000 + index] },
        attributes: { nr: index },
      })),
    },
  ],
});

test('features beyond what the spatial index says are no TAB, whose bounds they would be moved onto', async () => {
  await using folder = await temporaryFolder();
  const path = folder.file('lying.gpkg');
  writeGeoPackage(path, points(50));
  // As a program leaves it that writes a geometry and does not mind the index.
  const database = new Database(path);
  const [far] = database.prepare('SELECT geom FROM points WHERE nr = 49').pluck().all() as [Buffer];
  for (const name of database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    .pluck()
    .all()) {
    database.exec(`DROP TRIGGER "${String(name)}"`);
  }
  database.exec('DELETE FROM points WHERE nr = 49; DELETE FROM rtree_points_geom WHERE id = 50');
  database.prepare('UPDATE points SET geom = ? WHERE nr = 3').run(far);
  database.close();
  const run = exportWish({ tables: [tableOf(path)], format: tab }, folder.path);
  await expect(run).rejects.toMatchObject({
    code: 'source-corrupt',
    message: expect.stringContaining(
      'points has features beyond what its spatial index says. Build the index anew, or choose another format than MapInfo.',
    ),
  });
  const other = await exportWish({ tables: [tableOf(path)], format: 'application/geo+json' }, folder.path);
  expect(other.report.items[0]!.counts.written).toBe(49);
});

describe('a TAB that is not whole is no source', () => {
  test.each([
    ['without its rows', 'dat', null],
    ['without its shapes', 'map', null],
    ['whose shapes are cut off', 'map', 600],
    ['whose rows are cut off', 'dat', 100],
    ['that is no text', 'tab', 0],
  ] as const)('%s', async (_, extension, bytes) => {
    await using folder = await temporaryFolder();
    writeGeoPackage(folder.file('whole.gpkg'), points(500));
    runGdal('ogr2ogr', ['-f', 'MapInfo File', folder.file('cut.tab'), folder.file('whole.gpkg')]);
    const part = folder.file(`cut.${extension}`);
    if (bytes === null) rmSync(part);
    else if (bytes === 0) writeFileSync(part, Buffer.alloc(300, 7));
    else truncateSync(part, bytes);
    const imported = importFile(folder.file('cut.tab'), {
      target: folder.file('imported.gpkg'),
      workFolder: folder.file('work'),
    });
    await expect(imported).rejects.toMatchObject({
      code: 'source-corrupt',
      message: expect.stringMatching(
        /^cut\.tab cannot be read as MapInfo.* Is it whole, with the files that go with it\?$/,
      ),
    });
  });

  test('of rows alone is whole, and a table', async () => {
    await using folder = await temporaryFolder();
    const whole = folder.file('whole.gpkg');
    writeGeoPackage(whole, points(5));
    runGdal('ogr2ogr', ['-f', 'MapInfo File', '-sql', 'SELECT nr FROM points', folder.file('t.tab'), whole]);
    for (const extension of ['map', 'id']) rmSync(folder.file(`t.${extension}`), { force: true });
    const { layers } = await importFile(folder.file('t.tab'), {
      target: folder.file('imported.gpkg'),
      workFolder: folder.file('work'),
    });
    expect(layers).toMatchObject([{ kind: 'table', featureCount: 5 }]);
  });
});
