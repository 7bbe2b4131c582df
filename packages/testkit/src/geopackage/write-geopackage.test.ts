import SqliteDatabase from 'better-sqlite3';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../temporary-folder.ts';
import type { GeoPackageFixture, TableFixture } from './fixture.ts';
import { writeGeoPackage } from './write-geopackage.ts';

const trees: TableFixture = {
  name: 'trees of "Ōrākei"',
  identifier: 'Trees',
  fidColumn: 'tree id',
  geometry: { column: 'the geom', type: 'POINT', epsg: 2193 },
  columns: [
    { name: 'select', type: 'TEXT(20)' },
    { name: 'tall', type: 'BOOLEAN' },
    { name: 'serial', type: 'INTEGER' },
  ],
  features: [
    {
      fid: 7,
      geometry: { type: 'Point', coordinates: [1756000, 5920000] },
      attributes: { select: 'kauri', tall: true, serial: 9007199254740993n },
    },
    { geometry: null, attributes: { select: null } },
    { geometry: { type: 'Point', coordinates: [] } },
  ],
};

async function withFile(
  fixture: GeoPackageFixture,
  examine: (database: SqliteDatabase.Database) => void,
): Promise<void> {
  await using folder = await temporaryFolder();
  writeGeoPackage(new URL('test.gpkg', folder.url), fixture);
  const database = new SqliteDatabase(folder.file('test.gpkg'), { readonly: true });
  try {
    examine(database);
  } finally {
    database.close();
  }
}

describe('writeGeoPackage', () => {
  it('marks the file as GeoPackage 1.3 and passes the integrity check', async () => {
    await withFile({ tables: [trees] }, (database) => {
      expect(database.pragma('application_id', { simple: true })).toBe(0x47504b47);
      expect(database.pragma('user_version', { simple: true })).toBe(10300);
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(database.pragma('foreign_key_check')).toEqual([]);
    });
  });

  it('keeps any names, ids and 64-bit integers', async () => {
    await withFile({ tables: [trees] }, (database) => {
      const rows = database
        .prepare('SELECT "tree id" AS id, "select" AS species, tall, serial FROM "trees of ""Ōrākei"""')
        .safeIntegers()
        .all();
      expect(rows[0]).toEqual({ id: 7n, species: 'kauri', tall: 1n, serial: 9007199254740993n });
      expect(rows.map((row) => (row as { id: bigint }).id)).toEqual([7n, 8n, 9n]);
    });
  });

  it('lists the table with its extent and CRS', async () => {
    await withFile({ tables: [trees] }, (database) => {
      expect(
        database.prepare('SELECT data_type, identifier, min_x, max_y, srs_id FROM gpkg_contents').get(),
      ).toEqual({
        data_type: 'features',
        identifier: 'Trees',
        min_x: 1756000,
        max_y: 5920000,
        srs_id: 2193,
      });
      const codes = database.prepare('SELECT srs_id FROM gpkg_spatial_ref_sys ORDER BY 1').pluck().all();
      expect(codes).toEqual([-1, 0, 2193, 4326]);
    });
  });

  it('puts geometries with coordinates, and no others, into the R-tree', async () => {
    await withFile({ tables: [trees] }, (database) => {
      const boxes = database.prepare('SELECT id FROM "rtree_trees of ""Ōrākei""_the geom"').pluck().all();
      expect(boxes).toEqual([7]);
      expect(database.prepare('SELECT extension_name FROM gpkg_extensions').pluck().all()).toEqual([
        'gpkg_rtree_index',
      ]);
    });
  });

  it('has no R-tree and no extension table where none is wanted', async () => {
    const table: TableFixture = { ...trees, geometry: { epsg: 4326, spatialIndex: false }, features: [] };
    await withFile({ tables: [table] }, (database) => {
      const names = database.prepare("SELECT name FROM sqlite_master WHERE name LIKE '%rtree%'").all();
      expect(names).toEqual([]);
      expect(
        database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'gpkg_extensions'").get(),
      ).toBeUndefined();
    });
  });

  it('writes an attributes table without geometry', async () => {
    const table: TableFixture = {
      name: 'codes',
      columns: [{ name: 'code', type: 'TEXT', notNull: true }],
      features: [{ attributes: { code: 'a' } }],
    };
    await withFile({ tables: [table] }, (database) => {
      expect(database.prepare('SELECT data_type, srs_id, min_x FROM gpkg_contents').get()).toEqual({
        data_type: 'attributes',
        srs_id: null,
        min_x: null,
      });
      expect(database.prepare('SELECT * FROM codes').all()).toEqual([{ fid: 1, code: 'a' }]);
    });
  });

  it('refuses an attribute that is not declared, a wrong position and an unknown CRS', async () => {
    await using folder = await temporaryFolder();
    const file = folder.file('bad.gpkg');
    const write = (table: Partial<TableFixture>) => () =>
      writeGeoPackage(file, { tables: [{ name: 't', features: [], ...table }] });
    expect(write({ features: [{ attributes: { height: 3 } }] })).toThrow('table t has no column height');
    expect(
      write({
        geometry: { epsg: 4326, dimension: 'xyz' },
        features: [{ geometry: { type: 'Point', coordinates: [1, 2] } }],
      }),
    ).toThrow('position [1, 2] has 2 ordinates; dimension xyz takes 3');
    expect(write({ geometry: { epsg: 999999 } })).toThrow('EPSG:999999 is not in the EPSG index');
  });
});
