import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import SqliteDatabase from 'better-sqlite3';

import { applicationId, coreSchema, extensionsSchema, userVersion } from './core-schema.ts';
import type { GeoPackageFixture } from './fixture.ts';
import { epsgReference, requiredReferences } from './spatial-reference.ts';
import { writeTable } from './write-table.ts';

/**
 * Writes a GeoPackage 1.3 file, replacing what is there. It is one file when the call returns: no journal stays.
 *
 * @throws RangeError for an unknown EPSG code, a column that is not declared or a position with the wrong number of
 * ordinates.
 * @example
 * writeGeoPackage('/tmp/trees.gpkg', {
 *   tables: [{
 *     name: 'trees',
 *     geometry: { type: 'POINT', epsg: 2193 },
 *     columns: [{ name: 'species', type: 'TEXT' }],
 *     features: [{ geometry: { type: 'Point', coordinates: [1756000, 5920000] }, attributes: { species: 'kauri' } }],
 *   }],
 * });
 */
export function writeGeoPackage(file: string | URL, fixture: GeoPackageFixture): void {
  const path = typeof file === 'string' ? file : fileURLToPath(file);
  rmSync(path, { force: true });
  const database = new SqliteDatabase(path);
  try {
    database.pragma('journal_mode = OFF');
    database.pragma('synchronous = OFF');
    database.pragma(`application_id = ${applicationId}`);
    database.pragma(`user_version = ${userVersion}`);
    database.transaction(() => {
      database.exec(coreSchema);
      if (fixture.tables.some((table) => table.geometry && (table.geometry.spatialIndex ?? true))) {
        database.exec(extensionsSchema);
      }
      writeReferences(database, fixture);
      for (const table of fixture.tables) writeTable(database, table);
    })();
  } finally {
    database.close();
  }
}

function writeReferences(database: SqliteDatabase.Database, fixture: GeoPackageFixture): void {
  const insert = database.prepare(`INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)`);
  const references = new Map(requiredReferences().map((reference) => [reference.srsId, reference]));
  for (const { geometry } of fixture.tables) {
    if (geometry && !references.has(geometry.epsg)) {
      references.set(geometry.epsg, epsgReference(geometry.epsg));
    }
  }
  for (const { name, srsId, organization, organizationId, definition } of references.values()) {
    insert.run(name, srsId, organization, organizationId, definition);
  }
}
