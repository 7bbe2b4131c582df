import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Mimetype } from '@outcrop/contract';
import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { Geos } from '../crop/geos.ts';
import { listGeoPackageTables } from '../source/geopackage-tables.ts';
import type { GeoPackageTable } from '../source/layer.ts';
import { exportWish } from '../testing/export-fixture.ts';
import { createGeometryComparison, type GeometryDifference } from '../testing/geometry-difference.ts';
import { type OgrFeature, readWithOgr, runGdal } from '../testing/ogr.ts';
import { oracleLayers, starRegion, writeOracleFixture } from '../testing/oracle-fixture.ts';

/** A format as a user of GDAL would write it. */
interface Rival {
  readonly mimetype: Mimetype;
  readonly driver: string;
  readonly extension: string;
  readonly args?: readonly string[];
  /** Seconds of a degree or parts of a metre that plain `ogr2ogr` loses in the format. */
  readonly slack?: number;
}

const promoted = ['-nlt', 'PROMOTE_TO_MULTI'];
const rivals: readonly Rival[] = [
  {
    mimetype: 'applicaton/x-ogc-filegdb',
    driver: 'OpenFileGDB',
    extension: 'gdb',
    args: promoted,
    slack: 2e-4,
  },
  // Its own default bounds keep coordinates to a centimetre or two.
  { mimetype: 'application/x-ogc-mapinfo_file', driver: 'MapInfo File', extension: 'tab', slack: 0.05 },
  {
    mimetype: 'application/x-ogc-mapinfo_file+mif',
    driver: 'MapInfo File',
    extension: 'mif',
    args: ['-dsco', 'FORMAT=MIF'],
  },
  { mimetype: 'application/gml+xml', driver: 'GML', extension: 'gml', args: ['-dsco', 'FORMAT=GML3.2'] },
];
/** Both densify a region's edges to a centimetre, but lines meet them askew. */
const tolerance = { clipped: 0.1, whole: 1e-3 } as const;

let folder: TemporaryFolder;
let tables: Map<string, GeoPackageTable>;
let compare: (ours: string, theirs: string) => GeometryDifference;

beforeAll(async () => {
  folder = await temporaryFolder();
  const path = folder.file('source.gpkg');
  writeOracleFixture(path);
  tables = new Map(listGeoPackageTables(path).tables.map((table) => [table.table, table]));
  // Whoever loads GEOS first sets its error handler, and that must be the engine.
  await Geos.load();
  compare = await createGeometryComparison();
  writeFileSync(
    folder.file('star.geojson'),
    JSON.stringify({ type: 'Polygon', coordinates: [starRegion()] }),
  );
  const densified = ['-segmentize', '0.005', '-s_srs', 'EPSG:4326', '-t_srs', 'EPSG:2193'];
  runGdal('ogr2ogr', [
    folder.file('region.gpkg'),
    folder.file('star.geojson'),
    '-nln',
    'region',
    ...densified,
  ]);
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

interface Comparison {
  readonly rival: Rival;
  readonly name: string;
  readonly crs: string;
  readonly isClipped: boolean;
}

async function ours({ rival, name, crs, isClipped }: Comparison): Promise<OgrFeature[]> {
  const wish = { tables: [tables.get(name)!], format: rival.mimetype, crs };
  const extent = { type: 'Polygon', coordinates: [starRegion()] };
  const { archivePath, report } = await exportWish(isClipped ? { ...wish, extent } : wish, folder.path);
  const { counts } = report.items[0]!;
  expect(counts.read).toBe(counts.written + counts.excluded);
  const features = readProduct(`/vsizip/${archivePath}/${name}.${rival.extension}`);
  expect(features.length).toBe(counts.written);
  return features;
}

let counter = 0;

function theirs({ rival, name, crs, isClipped }: Comparison): OgrFeature[] {
  const { path, table } = tables.get(name)!;
  const product = join(folder.path, `theirs-${counter++}.${rival.extension}`);
  const crop = isClipped ? ['-clipsrc', folder.file('region.gpkg')] : [];
  const args = [...(rival.args ?? []), ...crop, '-t_srs', crs, '-nln', name];
  // In two steps, as some drivers write a type that a cut has changed only where they are told so.
  const between = folder.file(`between-${counter}.gpkg`);
  runGdal('ogr2ogr', [between, path, table, ...crop, '-t_srs', crs, ...promoted, '-nln', name]);
  runGdal('ogr2ogr', ['-f', rival.driver, product, between, ...args.slice(0, rival.args?.length ?? 0)]);
  return readProduct(product);
}

function readProduct(path: string): OgrFeature[] {
  return readWithOgr(path);
}

const keyOf = ({ properties }: OgrFeature): number => Number(properties['id']);

/** Attributes as every format can hold them. */
function normalised({ properties }: OgrFeature): Record<string, unknown> {
  const { name, size, is_new: isNew, surveyed } = properties;
  return {
    // MapInfo has one charset for a file, and plain ogr2ogr writes none.
    name: (typeof name === 'string' ? name : '').replaceAll(/[^\0-\x7F]|\?/g, ''),
    size: size == null ? 0 : Number(Number(size).toPrecision(14)),
    isNew: isNew === true || isNew === 1,
    surveyed: String(surveyed).replaceAll('/', '-').slice(0, 10),
  };
}

function expectSame(mine: readonly OgrFeature[], reference: readonly OgrFeature[], within: number): void {
  const expected = new Map(reference.map((feature) => [keyOf(feature), feature]));
  expect(expected.size).toBeGreaterThan(10);
  expect(mine.map(keyOf).toSorted((a, b) => a - b)).toEqual([...expected.keys()].toSorted((a, b) => a - b));
  for (const feature of mine) {
    const other = expected.get(keyOf(feature))!;
    expect(normalised(feature)).toEqual(normalised(other));
    const { distance } = compare(feature.geometry!, other.geometry!);
    expect(distance, `feature ${keyOf(feature)}`).toBeLessThan(within);
  }
}

describe.each(rivals)('$extension', (rival) => {
  test.each(oracleLayers)('%s, whole, in another CRS: what plain ogr2ogr writes', async (name) => {
    const comparison = { rival, name, crs: 'EPSG:3793', isClipped: false };
    const [mine, reference] = [await ours(comparison), theirs(comparison)];
    expect(mine).toHaveLength(reference.length);
    expectSame(mine, reference, tolerance.whole + (rival.slack ?? 0));
  });

  test.each(['parcels', 'tracks'])('%s, cut, in its own CRS: what plain ogr2ogr writes', async (name) => {
    const comparison = { rival, name, crs: 'EPSG:2193', isClipped: true };
    const [mine, reference] = [await ours(comparison), theirs(comparison)];
    expect(mine).toHaveLength(reference.length);
    expectSame(mine, reference, tolerance.clipped + (rival.slack ?? 0));
  });
});
