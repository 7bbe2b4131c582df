import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type CropMode, cropModes } from '@outcrop/contract';
import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { Geos } from './crop/geos.ts';
import type { ExportPlan } from './plan/plan.ts';
import { listGeoPackageTables } from './source/geopackage-tables.ts';
import type { GeoPackageTable } from './source/layer.ts';
import { exportPlan, planAs, planOf } from './testing/export-fixture.ts';
import { createGeometryComparison, type GeometryDifference } from './testing/geometry-difference.ts';
import { type OgrFeature, readWithOgr, runGdal } from './testing/ogr.ts';
import { oracleLayers, starRegion, writeOracleFixture } from './testing/oracle-fixture.ts';
import { type ProductFormat, productFormats, readProducts } from './testing/read-product.ts';

const crsCodes = ['EPSG:4326', 'EPSG:2193', 'EPSG:3793'] as const;
/** Distances in the target's units. Region edges: both densify them to a centimetre, but lines meet them askew. */
const edgeTolerance = { 'EPSG:4326': 1e-6, 'EPSG:2193': 0.1, 'EPSG:3793': 0.1 } as const;
/** Text formats round to 7 decimals of a degree, or to a millimetre. */
const wholeTolerance = { 'EPSG:4326': 1e-7, 'EPSG:2193': 1e-3, 'EPSG:3793': 1e-3 } as const;
/** Where a line crosses 180 degrees: we cut it between its positions in degrees, GDAL in the source's metres. */
const seamTolerance = 5e-5;

let folder: TemporaryFolder;
let tables: Map<string, GeoPackageTable>;
let compare: (ours: string, theirs: string) => GeometryDifference;

beforeAll(async () => {
  folder = await temporaryFolder();
  const path = join(folder.path, 'source.gpkg');
  writeOracleFixture(path);
  tables = new Map(listGeoPackageTables(path).tables.map((table) => [table.table, table]));
  // Whoever loads GEOS first sets its error handler, and that must be the engine.
  await Geos.load();
  compare = await createGeometryComparison();
  writeRegions();
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

/** The region for ogr2ogr: in each source CRS, densified and projected by GDAL, without anything of ours. */
function writeRegions(): void {
  const star = { type: 'Polygon', coordinates: [starRegion()] };
  writeFileSync(join(folder.path, 'star.geojson'), JSON.stringify(star));
  runGdal('ogr2ogr', [
    join(folder.path, 'region-2193.gpkg'),
    join(folder.path, 'star.geojson'),
    '-nln',
    'region',
    '-lco',
    'GEOMETRY_NAME=geom',
    '-segmentize',
    '0.005',
    '-s_srs',
    'EPSG:4326',
    '-t_srs',
    'EPSG:2193',
  ]);
  // Cut at 180 by hand, as data in -180..180 need it.
  const sql = `SELECT ST_Union(ST_Intersection(geometry, BuildMbr(170, -50, 180, -40, 4326)),
    ShiftCoords(ST_Intersection(geometry, BuildMbr(180, -50, 190, -40, 4326)), -360, 0)) AS geometry FROM star`;
  runGdal('ogr2ogr', [
    join(folder.path, 'region-4326.gpkg'),
    join(folder.path, 'star.geojson'),
    '-nln',
    'region',
    '-lco',
    'GEOMETRY_NAME=geom',
    '-dialect',
    'SQLITE',
    '-sql',
    sql,
    '-a_srs',
    'EPSG:4326',
  ]);
}

function oracle(table: GeoPackageTable, mode: CropMode, crs: string): OgrFeature[] {
  const epsg = table.geometry?.crs?.slice(5) ?? '';
  const product = join(folder.path, `oracle-${table.table}-${mode}-${crs.slice(5)}.gpkg`);
  const region = join(folder.path, `region-${epsg}.gpkg`);
  const selected = join(folder.path, `selected-${table.table}-${mode}.gpkg`);
  if (mode === 'clip') {
    runGdal('ogr2ogr', [
      '-overwrite',
      selected,
      table.path,
      table.table,
      '-clipsrc',
      region,
      '-nln',
      'layer',
      '-nlt',
      'PROMOTE_TO_MULTI',
    ]);
  } else {
    const test = mode === 'intersects' ? 'ST_Intersects' : 'ST_CoveredBy';
    const geometry = table.geometry?.name ?? '';
    const both = join(folder.path, `both-${table.table}-${mode}.gpkg`);
    runGdal('ogr2ogr', [both, table.path, table.table]);
    runGdal('ogr2ogr', ['-update', both, region, 'region']);
    const sql = `SELECT a.* FROM "${table.table}" a JOIN region r ON ${test}(a."${geometry}", r.geom) = 1`;
    runGdal('ogr2ogr', [
      '-overwrite',
      selected,
      both,
      '-dialect',
      'SQLITE',
      '-sql',
      sql,
      '-nln',
      'layer',
      '-nlt',
      'PROMOTE_TO_MULTI',
    ]);
    rmSync(both);
  }
  runGdal('ogr2ogr', ['-overwrite', product, selected, '-t_srs', crs]);
  return readWithOgr(product);
}

async function ours(plan: ExportPlan, format: ProductFormat): Promise<OgrFeature[]> {
  const { archivePath, report } = await exportPlan(planAs(plan, format), folder.path);
  const { counts } = report.items[0]!;
  expect(counts.read).toBe(counts.written + counts.excluded);
  return readProducts(archivePath, format);
}

const keyOf = (feature: OgrFeature): number => Number(feature.properties['id']);

describe.each(oracleLayers)('%s', (name) => {
  describe.each(cropModes)('%s', (mode) => {
    test.each(crsCodes)('equals ogr2ogr in %s in every format', async (crs) => {
      const table = tables.get(name)!;
      const expected = new Map(oracle(table, mode, crs).map((feature) => [keyOf(feature), feature]));
      expect(expected.size).toBeGreaterThan(10);
      const extent = { type: 'Polygon', coordinates: [starRegion()] };
      const wish = { tables: [table], format: productFormats[0]!, crs, extent, cropMode: mode };
      const plan = await planOf(wish, folder.path);
      for (const format of productFormats) {
        const features = await ours(plan, format);
        expect(
          features.map(keyOf).toSorted((a, b) => a - b),
          format,
        ).toEqual([...expected.keys()].toSorted((a, b) => a - b));
        for (const feature of features) {
          const reference = expected.get(keyOf(feature))!;
          expect(normalised(feature), format).toEqual(normalised(reference));
          const [mine, theirs] = [feature.geometry!, reference.geometry!].map((geometry) =>
            crs === 'EPSG:4326' ? onOneTurn(geometry) : geometry,
          );
          const { distance } = compare(mine!, theirs!);
          const isAcross =
            crs === 'EPSG:4326' && table.geometry?.crs !== crs && /\[-?180[.,]/.test(feature.geometry!);
          const tolerance = isAcross
            ? seamTolerance
            : (mode === 'clip' ? edgeTolerance : wholeTolerance)[crs];
          expect(distance, `${format} ${keyOf(feature)}`).toBeLessThan(tolerance);
          if (crs === 'EPSG:4326')
            expect(widestPart(feature.geometry!), 'a part around the world').toBeLessThan(10);
        }
      }
    });
  });
});

/** Attributes as every format can hold them: dates and booleans are read back differently, by type, not by value. */
function normalised({ properties }: OgrFeature): Record<string, unknown> {
  const { id, name, size, is_new: isNew, surveyed } = properties;
  return {
    id: Number(id),
    name: name ?? '',
    size: size == null ? null : Number(size).toPrecision(15),
    isNew: isNew == null || isNew === '?' ? null : isNew === true || isNew === 1 || isNew === 'T',
    // Some have dates only as midnights.
    surveyed: String(surveyed).replaceAll('/', '-').slice(0, 10),
  };
}

/** All longitudes as 0..360: what ogr2ogr leaves running around the world is then whole, and what we cut touches. */
function onOneTurn(geometry: string): string {
  return geometry.replaceAll(/\[(-\d[^,]*),/g, (_, longitude: string) => `[${Number(longitude) + 360},`);
}

/** Degrees from the least to the greatest longitude of a part. */
function widestPart(geometry: string): number {
  const { type, coordinates } = JSON.parse(geometry) as { type: string; coordinates: unknown[] };
  const parts = type.startsWith('Multi') ? coordinates : [coordinates];
  return Math.max(
    ...parts.map((part) => {
      const longitudes = (part as unknown[]).flat(3).filter((_, index) => index % 2 === 0) as number[];
      return Math.max(...longitudes) - Math.min(...longitudes);
    }),
  );
}
