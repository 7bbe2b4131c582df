import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { findFormat, type ItemReport, type Mimetype } from '@outcrop/contract';
import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { producibleFormats } from './gdal-formats/producible-formats.ts';
import { rasterFormats } from './raster/raster-formats.ts';
import { type RasterSummary, summariseRaster } from './raster/raster-summary.ts';
import type { RasterFile } from './source/layer.ts';
import { fetchForeignRasters, type ForeignFile } from './testing/foreign-files.ts';
import { runGdal } from './testing/ogr.ts';
import { exportRasters } from './testing/raster-fixture.ts';

/**
 * Every picture and grid of other makers, exported in every format of its kind: whole and cut, in its own CRS and in EPSG:4326.
 * What GDAL reads in a product must be what GDAL itself makes of the file, or stand in the report. `npm run try:foreign`.
 */
const place = resolve('bench/data/foreign');
const { files, absent } = fetchForeignRasters(place);
const log = join(place, 'differences-of-rasters.jsonl');
const wanted = new RegExp(process.env['OUTCROP_FOREIGN'] ?? '', 'i');

let folder: TemporaryFolder;
const table: string[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  writeFileSync(log, '');
});

afterAll(async () => {
  process.stdout.write(
    `\nfile | kind | products | as they were | differences said | not said\n${table.join('\n')}\n`,
  );
  if (absent.length > 0) process.stdout.write(`could not be fetched: ${absent.join(', ')}\n`);
  await folder[Symbol.asyncDispose]();
});

test.each(files.filter(({ name }) => wanted.test(name)))(
  '$name: no pixel is changed unsaid',
  async (file) => {
    const work = join(folder.path, 'work');
    mkdirSync(work);
    try {
      const { kind, verdicts } = await tryRaster(file, work);
      const [said, unsaid] = [verdicts.flatMap((one) => one.said), verdicts.flatMap((one) => one.unsaid)];
      const equal = verdicts.filter((one) => one.said.length + one.unsaid.length === 0).length;
      table.push([file.name, kind, verdicts.length, equal, said.length, unsaid.length].join(' | '));
      appendFileSync(
        log,
        `${JSON.stringify({ file: file.name, kind, products: verdicts.length, said, unsaid })}\n`,
      );
      expect(unsaid).toEqual([]);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  },
);

interface Verdict {
  readonly said: string[];
  readonly unsaid: string[];
}

interface Trial {
  readonly source: RasterFile;
  readonly crs: string;
  readonly format: Mimetype;
  readonly extent: unknown;
  readonly work: string;
}

async function tryRaster(file: ForeignFile, work: string): Promise<{ kind: string; verdicts: Verdict[] }> {
  const summary = await summariseRaster({ path: file.path, kind: 'raster' }, join(work, 'cache'));
  if (summary.resolution === null) return { kind: 'without a place', verdicts: [] };
  // Where a file names no CRS of the EPSG registry it is given one, as a person would.
  const own = summary.crs ?? 'EPSG:3857';
  const source: RasterFile = {
    path: file.path,
    kind: summary.kind,
    ...(summary.crs === null && { crs: own }),
  };
  const verdicts: Verdict[] = [];
  for (const format of (await producibleFormats(summary.kind)) as Mimetype[]) {
    for (const crs of new Set([findFormat(format)?.fixedCrs ?? own, 'EPSG:4326'])) {
      for (const extent of [undefined, await middleOf(source, summary, work)]) {
        verdicts.push(await tryProduct({ source, crs, format, extent, work }));
      }
    }
  }
  return { kind: summary.kind, verdicts };
}

/** The middle half of a raster as an extent, a little to the side of any pixel's edge. */
async function middleOf(source: RasterFile, summary: RasterSummary, work: string): Promise<unknown> {
  const { extent } = source.crs === undefined ? summary : await summariseRaster(source, join(work, 'cache'));
  const ring = extent!.type === 'Polygon' ? extent!.coordinates[0]! : extent!.coordinates[0]![0]!;
  const [xs, ys] = [0, 1].map((axis) => ring.map((position) => position[axis]!)) as [number[], number[]];
  const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const at = (share: number, from: number, to: number): number => from + (to - from) * share;
  const corners = [
    [0.263, 0.267],
    [0.763, 0.267],
    [0.763, 0.767],
    [0.263, 0.767],
    [0.263, 0.267],
  ];
  return {
    type: 'Polygon',
    coordinates: [corners.map(([x, y]) => [at(x!, west, east), at(y!, south, north)])],
  };
}

async function tryProduct(trial: Trial): Promise<Verdict> {
  const { source, crs, format, extent, work } = trial;
  const name = `${findFormat(format)!.shortCode} in ${crs}${extent === undefined ? '' : ', cut'}`;
  const place = join(work, 'export');
  try {
    const wish = { layers: [source], formats: { [source.kind]: format }, crs };
    const { result, path } = await exportRasters({ ...wish, ...(extent !== undefined && { extent }) }, place);
    const report = result.report.items[0]!;
    const { extension } = rasterFormats[format]!;
    const product = path(report.files.find((one) => one.endsWith(`.${extension}`))!);
    const found = compareRaster(trial, product, report);
    const codes = new Set(report.losses.map(({ code }) => code));
    const isSaid = ([code]: Difference): boolean => code !== null && codes.has(code);
    const lines = (some: readonly Difference[]): string[] => some.map(([, text]) => `${name}: ${text}`);
    return { said: lines(found.filter(isSaid)), unsaid: lines(found.filter((one) => !isSaid(one))) };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const isRefused = text.startsWith('[[{"code"');
    const line = `${name}: ${text.slice(0, 400)}`;
    return isRefused ? { said: [line], unsaid: [] } : { said: [], unsaid: [line] };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** What differs, and the code that a report says it by; null where nothing may say it. */
type Difference = readonly [code: string | null, text: string];

interface Info {
  readonly size: readonly [number, number];
  readonly geoTransform: readonly number[];
  readonly coordinateSystem?: { readonly wkt: string };
  readonly bands: readonly {
    readonly type: string;
    readonly colorInterpretation: string;
    readonly noDataValue?: number | string;
  }[];
}

function infoOf(path: string): Info {
  return JSON.parse(runGdal('gdalinfo', ['-json', path]).replaceAll(/: (-?nan|-?inf)/gi, ': "$1"')) as Info;
}

function compareRaster(
  { source, crs, format, extent, work }: Trial,
  product: string,
  report: ItemReport,
): Difference[] {
  const { isLossless } = rasterFormats[format]!;
  const [before, after] = [infoOf(source.path), infoOf(product)];
  const found: Difference[] = [];
  const values = (info: Info) => info.bands.filter((band) => band.colorInterpretation !== 'Alpha');
  if (!(after.coordinateSystem?.wkt ?? '').includes(`ID["EPSG",${crs.slice(5)}]`) && !isOf(crs, product)) {
    found.push([null, `its CRS is not ${crs}`]);
  }
  const [types, written] = [before, after].map((info) =>
    [...new Set(values(info).map(({ type }) => type))].join(),
  );
  if (types !== written)
    found.push([
      report.losses.some(({ code }) => code === 'values-scaled') ? 'values-scaled' : 'value-type-changed',
      `${types} became ${written}`,
    ]);
  const bandsBefore = values(before).length;
  const bandsAfter = values(after).length;
  // In KMZ and PDF grey with pixels that are none is in colours (docs/guide/rasters.md).
  const isGreyInColours = bandsBefore === 1 && bandsAfter === 3 && /kml|pdf/.test(format);
  if (bandsBefore !== bandsAfter && !isGreyInColours) {
    found.push(['colour-table-expanded', `${bandsBefore} bands became ${bandsAfter}`]);
  }
  const nodata = [before, after].map((info) => values(info)[0]?.noDataValue);
  if (nodata[0] !== undefined && nodata[1] === undefined)
    found.push(['no-data-value-lost', `nodata ${String(nodata[0])} is gone`]);
  if (!isLossless || values(before).length !== values(after).length || types !== written) return found;
  const reference = join(work, 'reference.tif');
  rmSync(reference, { force: true });
  if (report.raster!.resampling === 'none') {
    const window = windowOf(before, after).map(String);
    runGdal('gdal_translate', ['-q', '-srcwin', ...window, source.path, reference]);
  } else {
    runGdal('gdalwarp', [...warpArgs(after, { source, crs, report }), source.path, reference]);
  }
  found.push(
    ...comparePixels(product, reference, { work, isCut: extent !== undefined, bands: values(after).length }),
  );
  return found;
}

function isOf(crs: string, product: string): boolean {
  const proj4 = (what: string): string => runGdal('gdalsrsinfo', ['-o', 'proj4', what]).trim();
  return proj4(product) === proj4(crs);
}

/** The window of a raster that another is, which has pixels of the same size and may be rotated like it. */
function windowOf(whole: Info, part: Info): number[] {
  const [x0, dx, rx, y0, ry, dy] = whole.geoTransform as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [x, y] = [part.geoTransform[0]! - x0, part.geoTransform[3]! - y0];
  const determinant = dx * dy - rx * ry;
  const at = [(x * dy - y * rx) / determinant, (y * dx - x * ry) / determinant];
  return [...at.map(Math.round), ...part.size];
}

/** What GDAL itself makes of the file on the product's grid. */
function warpArgs(
  { size, geoTransform }: Info,
  { source, crs, report }: { source: RasterFile; crs: string; report: ItemReport },
): string[] {
  const [x, dx, , y, , dy] = geoTransform as unknown as [number, number, number, number, number, number];
  const box = [x, y + dy * size[1], x + dx * size[0], y].map(String);
  const method = report.raster!.resampling === 'cubic' ? 'cubic' : 'near';
  const from = source.crs === undefined ? [] : ['-s_srs', source.crs];
  return [
    '-q',
    ...from,
    '-t_srs',
    crs,
    '-te',
    ...box,
    '-ts',
    ...size.map(String),
    '-r',
    method,
    '-ovr',
    'NONE',
    '-dstalpha',
  ];
}

/** Pixels that are something in both must be equal; whole, and nothing is in the one that is not in the other. */
function comparePixels(
  product: string,
  reference: string,
  { work, isCut, bands }: { work: string; isCut: boolean; bands: number },
): Difference[] {
  // Of alpha in 16 bits GDAL's mask is 255 everywhere (GDAL 3.6).
  const alpha = infoOf(reference).bands.findIndex((band) => band.colorInterpretation === 'Alpha');
  const valid = rawOf(product, 'mask', work);
  const expected = rawOf(reference, alpha < 0 ? 'mask' : String(alpha + 1), work);
  const masked = valid.filter((value, index) => value === 0 && expected[index]! > 0).length;
  const found: Difference[] = [];
  const share = (count: number): string => `${count} of ${valid.length} pixels`;
  if (!isCut && masked > valid.length * 0.01) found.push([null, `${share(masked)} are none`]);
  if (valid.every((value) => value === 0)) found.push([null, 'all pixels are none']);
  for (let band = 1; band <= bands; band++) {
    const [mine, theirs] = [product, reference].map((path) => rawOf(path, String(band), work)) as [
      Float64Array,
      Float64Array,
    ];
    const others = mine.filter(
      (value, index) => valid[index]! > 0 && expected[index]! > 0 && !isNear(value, theirs[index]!),
    );
    if (others.length > valid.length * 0.005)
      found.push([null, `band ${band}: ${share(others.length)} differ`]);
  }
  return found;
}

/** Cubic resampling of GDAL rounds as its parts come together. */
function isNear(a: number, b: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= Math.max(1, Math.abs(b) * 1e-6);
}

function rawOf(path: string, band: string, work: string): Float64Array {
  const raw = join(work, 'band.raw');
  runGdal('gdal_translate', ['-q', '-of', 'ENVI', '-ot', 'Float64', '-b', band, path, raw]);
  const bytes = readFileSync(raw);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
