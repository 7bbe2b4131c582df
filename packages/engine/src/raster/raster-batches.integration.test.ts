import { readdirSync } from 'node:fs';

import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { describe, expect, test } from 'vitest';

import { runGdal } from '../testing/ogr.ts';
import {
  checksums,
  describe as describeTile,
  exportRasters,
  extentOf,
  makeRaster,
  mapRing,
  placedAt,
  type RasterExportWish,
  withPointsBetween,
} from '../testing/raster-fixture.ts';
import { tileBatches } from './tile-batches.ts';
import type { RasterPlan } from './raster-plan.ts';

const geoTiff = 'image/tiff;subtype=geotiff';
const tile = { width: 60, height: 40 } as const;
const [columns, rows] = [5, 4];
/** Two cores get four batches each: of twenty tiles some have three. */
const names = Array.from({ length: columns * rows }, (_, index) => `t${String(index).padStart(2, '0')}`);

/** Twenty tiles side by side, made of one picture or grid. */
function makeTiles(folder: TemporaryFolder, sketch: { bands: number; type: 'Byte' | 'Float32' }): string {
  for (const [index, name] of names.entries()) {
    const [left, top] = [(index % columns) * tile.width, Math.floor(index / columns) * tile.height];
    makeRaster(folder.file(`tiles/${name}.tif`), {
      ...tile,
      ...sketch,
      flags: placedAt(left, top, tile),
      value: (column, row, band) => 1 + (((left + column) * 7 + (top + row) * 3 + band * 50) % 250),
    });
  }
  return folder.file('tiles');
}

/** The same export of one tile, which no batch has. */
function alone(
  wish: RasterExportWish,
  name: string,
  folder: TemporaryFolder,
): ReturnType<typeof exportRasters> {
  return exportRasters({ ...wish, options: { ...wish.options, tiles: [name] } }, folder.path);
}

describe('tiles that are made together', () => {
  test('are those that are made alone, with all that lies beside them', async () => {
    await using folder = await temporaryFolder();
    const path = makeTiles(folder, { bands: 3, type: 'Byte' });
    const wish = {
      layers: [{ path, kind: 'raster' }],
      formats: { raster: 'image/jpeg' },
      options: { includeRasterTab: true },
    } as const;
    const all = await exportRasters(wish, folder.path);
    const endings = ['.jgw', '.jpg', '.jpg.aux.xml', '.prj', '.tab'];
    expect(readdirSync(all.path('layer-1')).toSorted()).toEqual(
      [...names.flatMap((name) => endings.map((ending) => name + ending)), 'layer-1.txt'].toSorted(),
    );
    const one = await alone(wish, 't07', folder);
    expect(checksums(all.path('layer-1/t07.jpg'))).toEqual(checksums(one.path('t07.jpg')));
    expect((await describeTile(all.path('layer-1/t07.jpg'))).transform).toEqual(
      (await describeTile(one.path('t07.jpg'))).transform,
    );
  });

  test('and cut to a polygon are those of gdalwarp, with an alpha band in each', async () => {
    await using folder = await temporaryFolder();
    const path = makeTiles(folder, { bands: 3, type: 'Byte' });
    const ring = withPointsBetween(mapRing([[10.2, 8.1], [291.3, 20.4], [260.1, 155.2], [130.3, 90.1], [22.2, 150.3]])); // prettier-ignore
    const { path: member, result } = await exportRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: geoTiff }, extent: await extentOf(ring) },
      folder.path,
    );
    const files = result.report.items[0]!.files.filter((name) => name.endsWith('.tif'));
    expect(files.length).toBeGreaterThan(10);
    const cutline = JSON.stringify({
      type: 'Polygon',
      crs: { type: 'name', properties: { name: 'EPSG:2193' } },
      coordinates: [[...ring, ring[0]]],
    });
    for (const name of files) {
      const output = member(`layer-1/${name}`);
      const { transform, width, height } = await describeTile(output);
      const [x, dx, , y, , dy] = transform!;
      const box = [x, y + height * dy, x + width * dx, y].map(String);
      const oracle = folder.file(`oracle-${name}`);
      const cut = ['-cutline', cutline, '-dstalpha', '-te', ...box, '-ts', String(width), String(height)];
      runGdal('gdalwarp', ['-q', ...cut, `${path}/${name}`, oracle]);
      expect([name, ...checksums(output)]).toEqual([name, ...checksums(oracle)]);
    }
  });

  test('and cut to a rectangle are windows of their sources, bit by bit', async () => {
    await using folder = await temporaryFolder();
    const path = makeTiles(folder, { bands: 1, type: 'Float32' });
    const extent = await extentOf(mapRing([[7, 5], [293, 5], [293, 151], [7, 151]])); // prettier-ignore
    const { path: member } = await exportRasters(
      { layers: [{ path, kind: 'grid' }], formats: { grid: geoTiff }, extent },
      folder.path,
    );
    const corner = member('layer-1/t00.tif');
    expect(await describeTile(corner)).toMatchObject({ width: 53, height: 35 });
    expect(checksums(corner)).toEqual(checksums(`${path}/t00.tif`, [7, 5, 53, 35]));
    expect(checksums(member('layer-1/t06.tif'))).toEqual(checksums(`${path}/t06.tif`));
    const last = member('layer-1/t19.tif');
    expect(checksums(last)).toEqual(checksums(`${path}/t19.tif`, [0, 0, 53, 31]));
  });

  test.each([
    ['raster', { bands: 3, type: 'Byte' }, geoTiff, 'tif'],
    ['grid', { bands: 1, type: 'Float32' }, 'application/x-ogc-aaigrid', 'asc'],
  ] as const)(
    'and warped, as a %s, are windows of the mosaic that is warped',
    async (kind, sketch, format, ending) => {
      await using folder = await temporaryFolder();
      const path = makeTiles(folder, sketch);
      const wish = { layers: [{ path, kind }], formats: { [kind]: format }, crs: 'EPSG:3857' } as const;
      const apart = await exportRasters(wish, folder.path);
      const mosaic = await exportRasters({ ...wish, mosaic: true }, folder.path);
      const whole = mosaic.path(`layer-1.${ending}`);
      const { transform: origin } = await describeTile(whole);
      for (const name of ['t00', 't08', 't19']) {
        const output = apart.path(`layer-1/${name}.${ending}`);
        const { transform, width, height } = await describeTile(output);
        const column = (transform![0] - origin![0]) / origin![1];
        const row = (transform![3] - origin![3]) / origin![5];
        expect(Math.abs(column - Math.round(column))).toBeLessThan(1e-3);
        const window = [Math.round(column), Math.round(row), width, height];
        const share = differentShare(folder, { path: output, other: whole, window });
        // GDAL places pixels within an eighth of one, from where it begins: some differ a little.
        expect(share).toBeLessThan(0.02);
      }
    },
  );

  test('name the tile that is damaged', async () => {
    await using folder = await temporaryFolder();
    const path = makeTiles(folder, { bands: 1, type: 'Float32' });
    const { truncateSync, statSync } = await import('node:fs');
    const wish = { layers: [{ path, kind: 'grid' }], formats: { grid: geoTiff } } as const;
    truncateSync(`${path}/t11.tif`, statSync(`${path}/t11.tif`).size - 4000);
    await expect(exportRasters(wish, folder.path)).rejects.toThrow(/t11/);
  });
});

/** The share of values of the first band that differ by more than a fiftieth of the range between a raster and a window. */
function differentShare(
  folder: TemporaryFolder,
  { path, other, window }: { path: string; other: string; window: readonly number[] },
): number {
  const values = [
    valuesOf(folder, path, []),
    valuesOf(folder, other, ['-srcwin', ...window.map(String)]),
  ] as const;
  expect(values[0].length).toBe(values[1].length);
  const different = values[0].filter((value, index) => Math.abs(value - values[1][index]!) > 5);
  return different.length / values[0].length;
}

function valuesOf(folder: TemporaryFolder, path: string, flags: readonly string[]): number[] {
  const output = folder.file('values.xyz');
  runGdal('gdal_translate', ['-q', '-of', 'XYZ', '-b', '1', ...flags, path, output]);
  return runGdal('cut', ['-d', ' ', '-f', '3', output]).trim().split('\n').map(Number);
}

test('batches hold no file with many pixels, and every file once, in order', () => {
  const piece = (name: string, width: number): RasterPlan['pieces'][number] => ({
    name,
    tiles: [],
    around: [],
    grid: { transform: [0, 1, 0, 0, 0, -1], width, height: width },
    cut: { window: { x: 0, y: 0, width, height: width }, mask: null },
  });
  const pieces = names.map((name, index) => ({
    ...piece(name, index === 6 ? 10_000 : 100),
    tiles: [{ name }] as never,
  }));
  const plan = { pieces, resampling: null } as unknown as RasterPlan;
  const batches = tileBatches(plan, 2);
  expect(batches.flat().map(({ name }) => name)).toEqual(names);
  expect(batches.map((batch) => batch.length)).toEqual([3, 3, 1, 3, 3, 3, 3, 1]);
});
