import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import { describeCrs } from '../crs/crs.ts';
import { runGdal } from '../gdal/run-gdal.ts';

/**
 * The codes of the EPSG registry that a table's CRS may be, by its definition: sources such as MapInfo and old `.prj`
 * files define a CRS without naming its code.
 */
export async function identifyCrs(
  geoPackage: string,
  table: string,
  { workFolder, signal }: { workFolder: string; signal?: AbortSignal | undefined },
): Promise<string[]> {
  const definition = definitionOf(geoPackage, table);
  if (definition === null || /^undefined/i.test(definition)) return [];
  const path = join(workFolder, 'definition.wkt');
  writeFileSync(path, definition);
  const command = { program: 'gdalsrsinfo', args: ['-e', '-o', 'epsg', path], drivers: ['GPKG'] } as const;
  const { stdout } = await runGdal(command, { signal, toleratesErrors: true });
  const codes = [...stdout.matchAll(/^EPSG:\d+$/gm)].map(([code]) => code);
  return [...new Set(codes)].filter((code) => describeCrs(code) !== null);
}

function definitionOf(geoPackage: string, table: string): string | null {
  const database = new Database(geoPackage, { readonly: true });
  try {
    return (
      database
        .prepare<[string], string>(
          `SELECT s.definition FROM gpkg_geometry_columns g
           JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id WHERE g.table_name = ?`,
        )
        .pluck()
        .get(table) ?? null
    );
  } finally {
    database.close();
  }
}
