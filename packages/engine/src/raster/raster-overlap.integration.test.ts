import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { describe, expect, test } from 'vitest';

import { runGdal } from '../testing/ogr.ts';
import {
  describe as describeTile,
  exportRasters,
  extentOf,
  makeRaster,
  mapRing,
  placedAt,
} from '../testing/raster-fixture.ts';

const geoTiff = 'image/tiff;subtype=geotiff';
const tile = { width: 90, height: 70 } as const;
/** Upper left corners of four tiles in columns and rows: twenty pixels of each lie below the next. */
const overlapping = [[0, 0], [70, 0], [0, 50], [70, 50]] as const; // prettier-ignore
const sideBySide = [[0, 0], [90, 0], [0, 70], [90, 70]] as const; // prettier-ignore
type Corners = typeof overlapping | typeof sideBySide;

/** One surface, smooth, so that a pixel taken a little aside is nearly the same. */
function surface(column: number, row: number, band: number): number {
  return band === 3 ? 255 : 120 + Math.round(60 * Math.sin(column / 9 + band) + 50 * Math.cos(row / 7));
}

interface TileKind {
  readonly name: string;
  readonly kind: 'raster' | 'grid';
  readonly type: 'Byte' | 'Float32';
  readonly bands: number;
  /** The nodata value of each tile. */
  readonly nodata: readonly (number | null)[];
  readonly hasMask?: boolean;
}

const picture = { kind: 'raster', type: 'Byte', bands: 3, nodata: [null, null, null, null] } as const;
const grid = { kind: 'grid', type: 'Float32', bands: 1 } as const;
const kinds: readonly TileKind[] = [
  { ...picture, name: 'pictures without voids' },
  { ...picture, name: 'pictures with alpha', bands: 4 },
  { ...picture, name: 'pictures with a mask', bands: 4, hasMask: true },
  { ...grid, name: 'grids with a nodata value', nodata: [-9, -9, -9, -9] },
  { ...grid, name: 'grids with several nodata values', nodata: [-9, -99, -9, -999] },
];

/** Whether a pixel of a tile is none: in its outermost ten, where another tile has values, or in a spot of its own. */
type VoidRule = (place: { column: number; row: number; left: number; top: number }) => boolean;

const collar: VoidRule = ({ column, row, left, top }) => {
  const isNearEdge = [column, row, tile.width - 1 - column, tile.height - 1 - row].some((edge) => edge < 10);
  const inWhole = [left + column, top + row, 159 - left - column, 119 - top - row];
  return isNearEdge && inWhole.every((edge) => edge >= 10);
};
const spot: VoidRule = ({ column, row }) => Math.hypot(column - 40, row - 30) < 12;
const never: VoidRule = () => false;

interface Sketch {
  readonly wanted: TileKind;
  readonly corners: Corners;
  readonly rule: VoidRule;
}

function bandFlags({ bands }: TileKind, nodata: number | null): string[] {
  if (nodata !== null) return ['-a_nodata', String(nodata)];
  return bands === 4 ? ['-colorinterp_4', 'alpha'] : [];
}

function makeTiles(folder: TemporaryFolder, { wanted, corners, rule }: Sketch): string[] {
  const { type, bands, nodata, hasMask = false } = wanted;
  return corners.map(([left, top], index) => {
    const path = folder.file(`tiles/${index}.tif`);
    const made = hasMask ? folder.file(`${index}-alpha.tif`) : path;
    const own = nodata[index] ?? null;
    makeRaster(made, {
      ...tile,
      type,
      bands,
      flags: [...placedAt(left, top, tile), ...bandFlags(wanted, own)],
      value: (column, row, band) => {
        const isVoid = rule({ column, row, left, top });
        const none = bands === 4 ? 0 : own;
        return isVoid && none !== null ? none : surface(left + column, top + row, band);
      },
    });
    if (!hasMask) return path;
    runGdal('mkdir', ['-p', folder.file('tiles')]);
    const mask = '--config GDAL_TIFF_INTERNAL_MASK YES -b 1 -b 2 -b 3 -mask 4'.split(' ');
    runGdal('gdal_translate', ['-q', ...mask, made, path]);
    return path;
  });
}

/** A band, or the mask of the first, as numbers. */
function valuesOf(path: string, folder: TemporaryFolder, band: string): number[] {
  const text = folder.file('values.xyz');
  runGdal('gdal_translate', ['-q', '-of', 'XYZ', '-b', band, path, text]);
  return runGdal('cat', [text])
    .trim()
    .split('\n')
    .map((line) => Number(line.split(' ')[2]));
}

/** Files as one, on the grid of all of them; nearest, so that pixels on that grid stay as they are. */
async function joined(
  files: readonly string[],
  folder: TemporaryFolder,
  { hasMask = false }: TileKind,
): Promise<string> {
  const [frame, path] = [folder.file('frame.vrt'), folder.file('joined.tif')];
  runGdal('gdalbuildvrt', ['-q', '-overwrite', frame, ...files]);
  const flags = [...(hasMask ? ['-dstalpha'] : []), ...(await gridFlags(frame))];
  runGdal('gdalwarp', ['-q', '-overwrite', ...flags, ...files, path]);
  return path;
}

async function gridFlags(path: string): Promise<string[]> {
  const { transform, width, height, crs } = await describeTile(path);
  const [x, pixel, , y] = transform!;
  const box = [x, y - height * pixel, x + width * pixel, y];
  return ['-t_srs', crs!, '-te', ...box.map(String), '-ts', String(width), String(height)];
}

const ways = [
  ['tile by tile in EPSG:3857', 'EPSG:3857', false],
  ['as one mosaic in EPSG:3857', 'EPSG:3857', true],
  ['as one mosaic in their own CRS', 'EPSG:2193', true],
] as const;

async function exported(
  folder: TemporaryFolder,
  { wanted, crs, mosaic }: { wanted: TileKind; crs: string; mosaic: boolean },
): Promise<string> {
  const { kind } = wanted;
  const wish = { layers: [{ path: folder.file('tiles'), kind }], formats: { [kind]: geoTiff }, crs, mosaic };
  const { result, path } = await exportRasters(wish, folder.path);
  const { files } = result.report.items[0]!;
  expect(files).toHaveLength(mosaic ? 1 : 4);
  return joined(
    files.map((file) => path(mosaic ? file : `layer-1/${file}`)),
    folder,
    wanted,
  );
}

describe.each(kinds)('$name', (wanted) => {
  const resampling = wanted.kind === 'raster' ? 'cubic' : 'near';

  test.each(ways)(
    'that overlap, %s: as gdalwarp makes of the whole, no seams, no holes',
    async (_, crs, mosaic) => {
      await using folder = await temporaryFolder();
      makeTiles(folder, { wanted, corners: overlapping, rule: collar });
      const mine = await exported(folder, { wanted, crs, mosaic });
      const size = { width: 160, height: 120 };
      const { type, bands } = wanted;
      const flags = [...placedAt(0, 0, size), ...bandFlags(wanted, wanted.kind === 'grid' ? -9 : null)];
      const whole = makeRaster(folder.file('whole.tif'), { ...size, type, bands, flags, value: surface });
      const theirs = folder.file('oracle.tif');
      const alpha = wanted.bands === 3 ? ['-dstalpha'] : [];
      runGdal('gdalwarp', ['-q', '-r', resampling, ...alpha, ...(await gridFlags(mine)), whole, theirs]);
      const masks = [mine, theirs].map((path) => valuesOf(path, folder, 'mask,1'));
      const holes = masks[0]!.filter((value, at) => (value === 0) !== (masks[1]![at] === 0));
      expect(holes.length).toBe(0);
      for (let band = 1; band <= Math.min(bands, 3); band++) {
        const [values, oracle] = [mine, theirs].map((path) => valuesOf(path, folder, String(band)));
        const far = values!.filter((value, at) => masks[0]![at] !== 0 && Math.abs(value - oracle![at]!) > 12);
        expect([band, far.length, Math.max(...far.map(Math.abs), 0)]).toEqual([band, 0, 0]);
      }
    },
  );

  test.each(ways)('side by side, %s: what is none in one tile is none', async (_, crs, mosaic) => {
    await using folder = await temporaryFolder();
    const rule = wanted.bands === 3 ? never : spot;
    const sources = makeTiles(folder, { wanted, corners: sideBySide, rule });
    const mine = await exported(folder, { wanted, crs, mosaic });
    const theirs = folder.file('oracle.tif');
    const alpha = wanted.bands === 3 || wanted.hasMask === true ? ['-dstalpha'] : [];
    const nodata = wanted.kind === 'grid' ? ['-dstnodata', '-5'] : [];
    const flags = ['-r', resampling, ...alpha, ...nodata, ...(await gridFlags(mine))];
    runGdal('gdalwarp', ['-q', ...flags, ...sources, theirs]);
    const masks = [mine, theirs].map((path) => valuesOf(path, folder, 'mask,1'));
    const wrong = masks[0]!.filter((value, at) => (value === 0) !== (masks[1]![at] === 0));
    // GDAL places pixels within an eighth of one, by each source: a few at the edge of a spot fall to either side.
    const most = crs === 'EPSG:2193' ? 0 : masks[0]!.length / 200;
    expect(wrong.length).toBeLessThanOrEqual(most);
    if (rule === spot) expect(masks[0]!.filter((value) => value === 0).length).toBeGreaterThan(1000);
  });

  test('side by side, some of them cut by a polygon: what is none in one tile is none', async () => {
    await using folder = await temporaryFolder();
    const rule = wanted.bands === 3 ? never : spot;
    const sources = makeTiles(folder, { wanted, corners: sideBySide, rule });
    const triangle = mapRing([[-5, -5], [250, -5], [-5, 250]]); // prettier-ignore
    const { kind } = wanted;
    const { result, path } = await exportRasters(
      {
        layers: [{ path: folder.file('tiles'), kind }],
        formats: { [kind]: geoTiff },
        extent: await extentOf(triangle),
      },
      folder.path,
    );
    const { files } = result.report.items[0]!;
    expect(files).toHaveLength(4);
    for (const [index, source] of sources.entries()) {
      const [mine, theirs] = [path(`layer-1/${files[index]!}`), source].map((one) =>
        valuesOf(one, folder, 'mask,1'),
      );
      const { width, height, transform } = await describeTile(path(`layer-1/${files[index]!}`));
      const { transform: own } = await describeTile(source);
      const [left, top] = [(transform![0] - own![0]) / 10, (own![3] - transform![3]) / 10];
      const wrong = mine!.filter((value, at) => {
        const [column, row] = [left + (at % width), top + Math.floor(at / width)];
        const [x, y] = [(own![0] - 1_700_000) / 10 + column + 0.5, (5_500_000 - own![3]) / 10 + row + 0.5];
        const isInside = x + y < 245;
        const isNearEdge = Math.abs(x + y - 245) < 1;
        return !isNearEdge && (value !== 0) !== (isInside && theirs![row * tile.width + column] !== 0);
      });
      expect([index, wrong.length, height > 0]).toEqual([index, 0, true]);
    }
  });
});
