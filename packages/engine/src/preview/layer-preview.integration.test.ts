import { temporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { describe, expect, test } from 'vitest';

import { parseRegion } from '../crop/parse-region.ts';
import { extentPolygon } from '../crs/lon-lat-extent.ts';
import type { Envelope } from '../features/geometry-array.ts';
import { listGeoPackageTables } from '../source/geopackage-tables.ts';
import type { GeoPackageTable } from '../source/layer.ts';
import { previewLayerHere, type PreviewRequest } from './layer-preview.ts';
import { RegionMemory } from './region-memory.ts';

/** Squares of one degree in a grid over 160..200 east, 20 south..0: half of them across 180 degrees from the others. */
function squares(): { geometry: { type: 'Polygon'; coordinates: [number, number][][] } }[] {
  return Array.from({ length: 40 * 20 }, (_, at) => {
    const longitude = 160 + (at % 40);
    const west = longitude >= 180 ? longitude - 360 : longitude;
    const south = -20 + Math.floor(at / 40);
    const [east, north] = [west + 1, south + 1];
    const ring: [number, number][] = [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ];
    return { geometry: { type: 'Polygon', coordinates: [ring] } };
  });
}

async function inFolder(
  use: (
    preview: (options: Partial<PreviewRequest<GeoPackageTable>>) => ReturnType<typeof previewLayerHere>,
  ) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder();
  const path = folder.file('squares.gpkg');
  writeGeoPackage(path, {
    tables: [{ name: 'squares', geometry: { type: 'POLYGON', epsg: 4326 }, features: squares() }],
  });
  const [source] = listGeoPackageTables(path).tables as [GeoPackageTable];
  const regions = new RegionMemory();
  const plain = {
    source,
    cacheFolder: folder.file('cache'),
    box: null,
    limit: 5000,
    pixels: 500,
    region: null,
  };
  await use((options) => previewLayerHere({ ...plain, ...options }, regions));
}

const box = (sides: Envelope) => parseRegion(extentPolygon(sides)).region;

describe('the preview of a layer', () => {
  test('has all features where they are few, and says how many there are', () =>
    inFolder(async (preview) => {
      const { features, total, counts } = await preview({});
      expect([features.length, total, counts]).toEqual([800, 800, null]);
      expect(features[0]).toMatchObject({ type: 'Feature', id: 1, geometry: { type: 'MultiPolygon' } });
    }));

  test('is a sample spread over all where there are many, and always the same', () =>
    inFolder(async (preview) => {
      const first = await preview({ limit: 50 });
      expect(first.features.length).toBeLessThanOrEqual(50);
      expect(first.features.length).toBeGreaterThan(25);
      expect(first.total).toBe(800);
      const rows = new Set(first.features.map(({ id }) => Math.floor((id - 1) / 40 / 5)));
      expect(rows.size).toBe(4);
      expect(await preview({ limit: 50 })).toEqual(first);
    }));

  test('of a box across 180 degrees finds what is on both sides', () =>
    inFolder(async (preview) => {
      const { total, features } = await preview({ box: [178.5, -10.5, 181.5, -9.5] });
      expect(total).toBe(4 * 2);
      const longitudes = features.flatMap(({ geometry }) => geometry.coordinates.flat(2) as number[][]);
      expect(Math.min(...longitudes.map(([x]) => x!))).toBe(-180);
    }));

  test('counts what a region holds, cuts and leaves, also across 180 degrees', () =>
    inFolder(async (preview) => {
      // 10 by 5 squares touch it: 8 by 3 of them lie wholly inside.
      const { counts, features } = await preview({ region: box([174.5, -12.5, 183.5, -8.5]) });
      expect(counts).toEqual({ inside: 24, cut: 26, outside: 750, isExact: true });
      const places = features.map(({ properties }) => properties.place);
      expect(places.filter((place) => place === 'cut')).toHaveLength(26);
    }));

  test('counts nothing where the region is elsewhere', () =>
    inFolder(async (preview) => {
      const { counts } = await preview({ region: box([0, 0, 1, 1]) });
      expect(counts).toEqual({ inside: 0, cut: 0, outside: 800, isExact: true });
    }));
});
