import fc from 'fast-check';
import { expect, test } from 'vitest';

import { fileStem, uniqueFileStems } from './file-stem.ts';
import { epsgOfWkt } from './epsg-of-wkt.ts';
import {
  type GeoTransform,
  toMap,
  toPixel,
  windowAround,
  windowGrid,
  windowOfCentres,
} from './pixel-grid.ts';
import { maskCommand, translateCommand, warpCommand } from './raster-commands.ts';
import { rasterTab, worldFile } from './sidecars.ts';
import { VrtTemplate } from './vrt.ts';

const grid = { transform: [1_700_000, 10, 0, 5_500_000, 0, -10] as GeoTransform, width: 100, height: 80 };

test('a position in pixels is that of the map, and back', () => {
  const turned = { ...grid, transform: [1_700_000, 8, 6, 5_500_000, 6, -8] as GeoTransform };
  fc.assert(
    fc.property(fc.integer({ min: -500, max: 500 }), fc.integer({ min: -500, max: 500 }), (column, row) => {
      for (const one of [grid, turned]) {
        const [x, y] = toMap(one, column, row);
        const [backColumn, backRow] = toPixel(one, x, y);
        expect(backColumn).toBeCloseTo(column, 6);
        expect(backRow).toBeCloseTo(row, 6);
      }
    }),
  );
});

test('windows of rectangles side by side share no pixel and leave none out', () => {
  const cut = fc.double({ min: 0, max: 100, noNaN: true });
  fc.assert(
    fc.property(cut, (x) => {
      const left = windowOfCentres(grid, [0, 0, x, 80]);
      const right = windowOfCentres(grid, [x, 0, 100, 80]);
      expect((left?.width ?? 0) + (right?.width ?? 0)).toBe(100);
      if (left !== null && right !== null) expect(right.x).toBe(left.width);
    }),
  );
});

test.each([
  ['whole pixels', [20, 10, 80, 50], { x: 20, y: 10, width: 60, height: 40 }],
  [
    'a centre on the left is inside, on the right not',
    [20.5, 10, 80.5, 50],
    { x: 20, y: 10, width: 60, height: 40 },
  ],
  ['what lies beyond the grid is left out', [-5, -5, 200, 3], { x: 0, y: 0, width: 100, height: 3 }],
  ['no centre at all', [20.6, 10, 21.4, 50], null],
] as const)('a window of centres: %s', (_, box, window) => {
  expect(windowOfCentres(grid, box)).toEqual(window);
});

test('a window around a rectangle has every pixel that it touches', () => {
  expect(windowAround(grid, [20.5, 10.2, 79.9, 49.5])).toEqual({ x: 20, y: 10, width: 60, height: 40 });
  expect(windowAround(grid, [101, 0, 102, 4])).toBeNull();
});

test('the grid of a window begins at its corner', () => {
  expect(windowGrid(grid, { x: 3, y: 2, width: 5, height: 4 })).toEqual({
    transform: [1_700_030, 10, 0, 5_499_980, 0, -10],
    width: 5,
    height: 4,
  });
});

test.each([
  ['BX15', 'BX15'],
  ['2015_BK39_5000_0401_RGB', '2015_BK39_5000_0401_RGB'],
  ['../../etc/passwd', '_.._etc_passwd'],
  ['-of', 'of'],
  ['...', 'tile'],
  ['CON', '_CON'],
  ['a\u0000b\n', 'a_b_'],
])('the tile %j becomes the file %j', (name, stem) => {
  expect(fileStem(name)).toBe(stem);
});

test('any name becomes a file name without a path, and names alike get files apart', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
      expect(fileStem(name)).not.toMatch(/^[.-]|[/\\:*?"<>|]|\p{Cc}/u);
      expect(fileStem(name).length).toBeGreaterThan(0);
    }),
  );
  expect(uniqueFileStems(['a', 'A', 'a?', 'b'])).toEqual(['a', 'A-2', 'a_', 'b']);
});

test.each([
  ['PROJCRS["x",ID["EPSG",2193]]', 2193],
  ['COMPOUNDCRS["x",PROJCRS["a [b]",CS[Cartesian,2],ID["EPSG",2193]],VERTCRS["v",ID["EPSG",7839]]]', 2193],
  ['BOUNDCRS[SOURCECRS[PROJCRS["a",ID["EPSG",27200]]],TARGETCRS[GEOGCRS["w",ID["EPSG",4326]]]]', 27200],
  ['PROJCRS["x",BASEGEOGCRS["NZGD49",ID["EPSG",4272]],CS[Cartesian,2]]', null],
  ['PROJCS["x",AUTHORITY["EPSG","3857"]]', 3857],
  ['', null],
])('of %j the EPSG number is %s', (wkt, epsg) => {
  expect(epsgOfWkt(wkt)).toBe(epsg);
});

test('commands name every argument apart, whatever is in it', () => {
  expect(
    translateCommand({
      input: '/in; rm -rf ~.tif',
      output: '/out.tif',
      driver: 'PNG',
      window: { x: 1, y: 2, width: 3, height: 4 },
      options: ['ZLEVEL=3'],
      flags: ['-a_srs', 'EPSG:2193'],
    }).args,
  ).toEqual([
    '-of',
    'PNG',
    '--config',
    'GDAL_TIFF_INTERNAL_MASK',
    'YES',
    '-srcwin',
    '1',
    '2',
    '3',
    '4',
    '-a_srs',
    'EPSG:2193',
    '-co',
    'ZLEVEL=3',
    '/in; rm -rf ~.tif',
    'out.tif',
  ]);
  expect(
    maskCommand('/region.geojson', '/mask.tif', { x: 5, y: 6, width: 7, height: 8 }).args.join(' '),
  ).toContain('-te 5 -14 12 -6 -ts 7 8');
  const warp = warpCommand({
    input: '/in.tif', output: '/out.tif', from: 'EPSG:2193', to: 'EPSG:3857', grid, window: { x: 10, y: 10, width: 20, height: 10 },
    resampling: 'near', voidFlags: ['-dstnodata', '-9'], threads: 2, options: ['TILED=YES'],
  }); // prettier-ignore
  expect(warp.args.join(' ')).toBe(
    '-of GTiff -s_srs EPSG:2193 -t_srs EPSG:3857 -te 1700100 5499800 1700300 5499900 -ts 20 10 -r near -ovr NONE -dstnodata -9 -multi -wo NUM_THREADS=2 -wm 16 -wo OPTIMIZE_SIZE=YES -co TILED=YES /in.tif /out.tif',
  );
  expect(warp.drivers).not.toContain('HTTP');
});

test('a world file and a .tab place the corners', () => {
  expect(worldFile(grid)).toBe('10\n0\n0\n-10\n1700005\n5499995\n');
  expect(rasterTab('a.jpg', grid, 'Earth Projection 1, 104')).toContain(
    '(1701000,5499200) (100,80) Label "Pt 3"',
  );
});

test('a VRT keeps what its bands carry, but their statistics, and gets other sources', () => {
  const template = new VrtTemplate(
    '<VRTDataset rasterXSize="2" rasterYSize="2"><SRS>EPSG:2193</SRS><GeoTransform> 0, 1, 0, 0, 0, -1</GeoTransform>' +
      '<VRTRasterBand dataType="Byte" band="1"><Metadata><MDI key="STATISTICS_MEAN">7</MDI><MDI key="k">v</MDI></Metadata><NoDataValue>0</NoDataValue><SimpleSource><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>' +
      '<MaskBand><VRTRasterBand dataType="Byte"><SimpleSource/></VRTRasterBand></MaskBand></VRTDataset>',
  );
  const source = {
    path: '/a & b.tif',
    band: 1,
    from: { x: 3, y: 4, width: 2, height: 2 },
    to: { x: 0, y: 0 },
  } as const;
  const text = template.write(() => [source], {
    extraBands: [{ type: 'Byte', source: [{ ...source, band: 'mask,1' }] }],
  });
  expect(text).toContain(
    '<MDI key="k">v</MDI></Metadata><NoDataValue>0</NoDataValue><SimpleSource><SourceFilename relativeToVRT="0">/a &amp; b.tif<',
  );
  expect(text).toContain(
    '<SrcRect xOff="3" yOff="4" xSize="2" ySize="2"/><DstRect xOff="0" yOff="0" xSize="2" ySize="2"/>',
  );
  expect(text).toContain('band="2"><ColorInterp>Alpha</ColorInterp>');
  expect(text).not.toMatch(/STATISTICS|MaskBand/);
});
