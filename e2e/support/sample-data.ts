import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { runProgram } from './run-outcrop.ts';

/** Points of the sample, in a grid over the two regions. */
export const pointCount = 400;

/** Rows of the sample table. */
export const rowCount = 25;

interface Feature {
  readonly type: 'Feature';
  readonly properties: Readonly<Record<string, string | number>>;
  readonly geometry: { readonly type: string; readonly coordinates: unknown } | null;
}

/**
 * Makes a folder of data as a person has it: regions (polygons, EPSG:2193), places (points, EPSG:4326) and a table,
 * in two GeoPackages, and a third file that is no GeoPackage although its name says so.
 */
export async function makeSampleFolder(folder: string): Promise<void> {
  const raw = join(folder, '..', 'raw');
  await mkdir(folder, { recursive: true });
  await mkdir(raw, { recursive: true });
  await toGeoPackage({ raw, name: 'regions', features: regions() }, [
    join(folder, 'regions.gpkg'),
    '-t_srs',
    'EPSG:2193',
    '-nlt',
    'MULTIPOLYGON',
  ]);
  await toGeoPackage({ raw, name: 'places', features: places() }, [join(folder, 'places.gpkg')]);
  await toGeoPackage({ raw, name: 'visits', features: visits() }, [
    join(folder, 'places.gpkg'),
    '-update',
    '-nlt',
    'NONE',
  ]);
  await writeFile(join(folder, 'broken.gpkg'), 'This is not a database.\n'.repeat(100));
}

/** West and East, side by side: each one degree square. */
function regions(): Feature[] {
  return [
    { name: 'West', code: 1 },
    { name: 'East', code: 2 },
  ].map(({ name, code }) => {
    const west = 173 + code;
    return {
      type: 'Feature',
      properties: { name, code },
      geometry: { type: 'Polygon', coordinates: [square(west)] },
    };
  });
}

function square(west: number): number[][] {
  return [
    [west, -41],
    [west + 1, -41],
    [west + 1, -40],
    [west, -40],
    [west, -41],
  ];
}

/** A grid of 20 by 20 points, half of them in each region and none on an edge. */
function places(): Feature[] {
  return Array.from({ length: pointCount }, (_, number) => {
    const longitude = 174.05 + (number % 20) * 0.1;
    const latitude = -40.975 + Math.floor(number / 20) * 0.05;
    const coordinates = [Number(longitude.toFixed(6)), Number(latitude.toFixed(6))];
    return {
      type: 'Feature',
      properties: { title: `Place ${number}, "āēīōū"`, number, height: number / 3 },
      geometry: { type: 'Point', coordinates },
    };
  });
}

function visits(): Feature[] {
  return Array.from({ length: rowCount }, (_, number) => ({
    type: 'Feature',
    properties: { visitor: `Visitor ${number}`, day: `2026-01-${String(number + 1).padStart(2, '0')}` },
    geometry: null,
  }));
}

async function toGeoPackage(
  { raw, name, features }: { raw: string; name: string; features: readonly Feature[] },
  options: readonly string[],
): Promise<void> {
  const source = join(raw, `${name}.geojson`);
  await writeFile(source, JSON.stringify({ type: 'FeatureCollection', features }));
  const [target = '', ...more] = options;
  const { exitCode, stderr } = await runProgram('ogr2ogr', [
    '-f',
    'GPKG',
    target,
    source,
    '-nln',
    name,
    ...more,
  ]);
  if (exitCode !== 0) throw new Error(`ogr2ogr could not make ${target}: ${stderr}`);
}
