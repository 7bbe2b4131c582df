import { readdirSync } from 'node:fs';
import { temporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { expect, test } from 'vitest';
import { exportWish, tableOf } from '../testing/export-fixture.ts';
import { anyLayers } from '../testing/any-layers.ts';
import { typedLayer } from '../testing/typed-layer.ts';
import { writeOracleFixture } from '../testing/oracle-fixture.ts';
import { ogrRecipes } from './ogr-recipes.ts';
import { runGdal } from '../testing/ogr.ts';

test.each([...ogrRecipes.map((r) => r.mimetype), 'application/vnd.google-earth.kml+xml'])(
  '%s',
  async (format) => {
    const folder = await temporaryFolder();
    const path = folder.file('any.gpkg');
    writeGeoPackage(path, { tables: [...Object.values(anyLayers), typedLayer(200)] });
    writeOracleFixture(folder.file('oracle.gpkg'));
    for (const table of [
      ...Object.values(anyLayers).map(({ name }) => tableOf(path, name)),
      tableOf(path, 'typed'),
      tableOf(folder.file('oracle.gpkg'), 'parcels'),
    ]) {
      if (table.kind === 'table' && /gml|dxf|kml/.test(format)) continue;
      try {
        const { archivePath, report } = await exportWish(
          {
            tables: [table],
            format: format as never,
            crs: format.includes('kml') ? 'EPSG:4326' : (table.geometry?.crs ?? null),
          },
          folder.path,
        );
        console.log(
          format,
          table.table,
          JSON.stringify(report.items[0]!.losses, null, 1),
          runGdal('unzip', ['-Z1', archivePath]),
        );
      } catch (error) {
        console.log('FAILED', format, table.table, error);
      }
    }
    expect(readdirSync(folder.path).length).toBeGreaterThan(0);
  },
);
