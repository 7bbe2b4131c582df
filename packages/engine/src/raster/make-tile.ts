import { readFile, rm, writeFile } from 'node:fs/promises';

import { Geos } from '../crop/geos.ts';
import { toMultiPolygon, type Polygons } from '../crop/polygon-wkb.ts';
import type { GdalCommand } from '../gdal/gdal-command.ts';
import { type GdalRunOptions, runGdal } from '../gdal/run-gdal.ts';
import { maskBlocks } from './mask-blocks.ts';
import { mosaicVrt } from './mosaic-vrt.ts';
import { type PixelWindow, wholeWindow } from './pixel-grid.ts';
import { maskCommand, translateCommand, warpCommand } from './raster-commands.ts';
import type { OptionFacts } from './raster-formats.ts';
import type { RasterPiece, RasterPlan } from './raster-plan.ts';
import { hasAlpha, isPaletted, valueBands } from './raster-tile.ts';
import type { TilePaths } from './tile-paths.ts';
import { type VrtSource, VrtTemplate } from './vrt.ts';

/** What a tile is made with. */
export interface TileJob {
  readonly plan: RasterPlan;
  readonly piece: RasterPiece;
  readonly paths: TilePaths;
  /** How GDAL is run: signal, memory, threads. */
  readonly run: GdalRunOptions;
  /** Least and greatest value of each value band of the layer, where they are scaled to bytes. */
  readonly ranges: readonly (readonly [number, number])[] | null;
  readonly onProgress: (fraction: number) => void;
}

/** A dataset on the way to the output. */
interface Stage {
  readonly path: string;
  /** The wanted pixels of it; null for all. */
  readonly window: PixelWindow | null;
  readonly valueBands: number;
  /** The band that says which pixels are none, from 1; null where none does. */
  readonly alpha: number | null;
  /** Whether another band or a nodata value says so. */
  readonly hasOtherMask: boolean;
  readonly type: string;
  /** What must be said of it when it is read for the last time. */
  readonly flags: readonly string[];
}

/** Of a tile's time, the parts of its steps. */
const shares = { warp: 0.7, mask: 0.05 } as const;

/**
 * Makes one file of an output: joins, expands, warps, masks and writes, each only where the plan asks for it. Pixels
 * that are only copied pass from source to output in one step.
 */
export async function makeTile(job: TileJob): Promise<void> {
  const { plan, piece } = job;
  let stage = await sourceStage(job);
  if (plan.expandsPalette) stage = await expand(job, stage);
  const isMasked = piece.cut.mask !== null;
  if (plan.resampling !== null) {
    const isFinal = isWrittenByWarp(job);
    stage = await warp(job, stage, isFinal);
    if (isFinal) return;
  }
  if (isMasked || needsAlpha(plan, stage)) stage = await mask(job, stage);
  await write(job, stage);
}

async function sourceStage(job: TileJob): Promise<Stage> {
  const { plan, piece } = job;
  const first = piece.tiles[0]!;
  const isWarped = plan.resampling !== null;
  const joined = isWarped ? piece.around : piece.tiles;
  const isJoined = joined.length > 1;
  const path = isJoined ? await mosaicVrt(job, joined) : first.path;
  return {
    path,
    window: isWarped || isWhole(piece) ? null : piece.cut.window,
    valueBands: valueBands(first).length,
    alpha: hasAlpha(first) ? first.bands.length : null,
    // The outlines of a mosaic's tiles are a mask of their own.
    hasOtherMask: isJoined || first.bands.some(({ mask: kind }) => kind === 'nodata' || kind === 'dataset'),
    type: first.bands[0]!.type,
    flags: isWarped || first.namesCrs ? [] : ['-a_srs', plan.target.code],
  };
}

function isWhole({ grid, cut: { window } }: RasterPiece): boolean {
  return window.x === 0 && window.y === 0 && window.width === grid.width && window.height === grid.height;
}

/** Writes the colours of the table in place of its entries; that of a pixel without data is transparent. */
async function expand(job: TileJob, stage: Stage): Promise<Stage> {
  const path = job.paths.work('colours.vrt');
  const { how } = job.plan.voids;
  const isTransparent = how === 'alpha' || how === 'mask';
  const flags = ['-expand', isTransparent ? 'rgba' : 'rgb', '-a_nodata', 'none'];
  await step(job, translateCommand({ input: stage.path, output: path, driver: 'VRT', flags }));
  return {
    ...stage,
    path,
    valueBands: 3,
    alpha: isTransparent ? 4 : null,
    hasOtherMask: false,
    type: 'Byte',
  };
}

/** A GeoTIFF that needs nothing after warping is written by it. */
function isWrittenByWarp({ plan, piece }: TileJob): boolean {
  const isReady = piece.cut.mask === null && !plan.scalesToBytes && plan.voids.how !== 'mask';
  return plan.format.driver === 'GTiff' && isReady;
}

async function warp(job: TileJob, stage: Stage, isFinal: boolean): Promise<Stage> {
  const { plan, piece, run, paths } = job;
  const output = isFinal ? paths.output : paths.work('warped.tif');
  const threads = run.threads ?? 1;
  const options = isFinal
    ? plan.format.options(factsOf(job))
    : ['TILED=YES', 'BIGTIFF=IF_SAFER', 'SPARSE_OK=TRUE'];
  const warping = {
    input: stage.path,
    output,
    from: plan.source.code,
    to: plan.target.code,
    grid: piece.grid,
    window: piece.cut.window,
    resampling: plan.resampling ?? 'near',
    voidFlags: voidFlags(plan),
    threads,
    memory: Math.round((run.cacheBytes ?? 0) / 2 / 1024 ** 2) || 64,
    options,
  } as const;
  await step(job, warpCommand(warping), isFinal ? [0, 1] : [0, shares.warp]);
  const givesAlpha = stage.alpha !== null || plan.voids.how === 'alpha' || plan.voids.how === 'mask';
  const alpha = givesAlpha ? stage.valueBands + 1 : null;
  return {
    ...stage,
    path: output,
    window: null,
    alpha,
    hasOtherMask: plan.voids.how === 'nodata',
    flags: [],
  };
}

function voidFlags({ voids }: RasterPlan): string[] {
  switch (voids.how) {
    case 'alpha':
    case 'mask':
      return ['-dstalpha'];
    case 'nodata':
      return ['-dstnodata', voids.value];
    case 'none':
    case 'nothing':
      return [];
  }
}

/** Whether a band must be made of what the dataset says otherwise, or of nothing, as other tiles of the item have one. */
function needsAlpha({ voids }: RasterPlan, { alpha, hasOtherMask }: Stage): boolean {
  return alpha === null && (voids.how === 'alpha' || (voids.how === 'mask' && hasOtherMask));
}

/** Puts a VRT between that lets only the region's pixels through. */
async function mask(job: TileJob, stage: Stage): Promise<Stage> {
  const { plan, piece, paths } = job;
  const { voids } = plan;
  const nodata = voids.how === 'nodata' ? ['-a_nodata', voids.value] : [];
  const templatePath = paths.work('template.vrt');
  const translation = { input: stage.path, output: templatePath, driver: 'VRT', window: stage.window };
  await step(job, translateCommand({ ...translation, flags: [...stage.flags, ...nodata] }));
  const template = new VrtTemplate(await readFile(templatePath, 'utf8'));
  const size = { width: piece.cut.window.width, height: piece.cut.window.height };
  const from = { x: stage.window?.x ?? 0, y: stage.window?.y ?? 0 };
  const base: Base = { path: stage.path, from, size };
  const cut =
    piece.cut.mask === null ? null : await drawMask(job, { template, base, polygons: piece.cut.mask });
  const wantsAlpha = (voids.how === 'alpha' || voids.how === 'mask') && stage.alpha === null;
  const path = paths.work('masked.vrt');
  const alphaSource = wantsAlpha ? alphaOf(stage, { base, cut }) : null;
  const extraBands =
    alphaSource === null
      ? []
      : [{ type: alphaType(plan, stage), source: scaled(alphaSource, alphaType(plan, stage)) }];
  await writeFile(
    path,
    template.write((band) => takenOf(base, cut, band), { extraBands }),
  );
  const alpha = stage.alpha ?? (wantsAlpha ? template.bandCount + 1 : null);
  return { ...stage, path, window: null, alpha, flags: [] };
}

interface Base {
  readonly path: string;
  /** Where the output begins in it. */
  readonly from: { readonly x: number; readonly y: number };
  readonly size: { readonly width: number; readonly height: number };
}

interface DrawnMask {
  readonly maskPath: string;
  /** A VRT of the base under the mask. */
  readonly edgePath: string;
  readonly inside: readonly PixelWindow[];
  readonly edge: readonly PixelWindow[];
}

/** Draws the region as a mask of the output's size. */
async function drawMask(
  job: TileJob,
  { template, base, polygons }: { template: VrtTemplate; base: Base; polygons: Polygons },
): Promise<DrawnMask> {
  const { paths, piece } = job;
  const { window } = piece.cut;
  const [drawing, maskPath, edgePath] = [
    paths.work('region.geojson'),
    paths.work('mask.tif'),
    paths.work('edge.vrt'),
  ];
  const upwards = polygons.map((polygon) => polygon.map((ring) => ring.map(([x, y]) => [x!, -y!])));
  await writeFile(
    drawing,
    JSON.stringify({ type: 'Feature', properties: {}, geometry: toMultiPolygon(upwards) }),
  );
  const start = job.plan.resampling === null ? 0 : shares.warp;
  await step(job, maskCommand(drawing, maskPath, window), [start, start + shares.mask]);
  const whole = wholeWindow(window);
  const masked = [{ path: maskPath, band: 1, from: whole, to: { x: 0, y: 0 } }];
  await writeFile(
    edgePath,
    template.write((band) => takenOf(base, null, band), { mask: masked, hidesAlpha: true }),
  );
  const blocks = maskBlocks(await Geos.load(), polygons, window);
  const move = (block: PixelWindow): PixelWindow => ({
    ...block,
    x: block.x - window.x,
    y: block.y - window.y,
  });
  return { maskPath, edgePath, inside: blocks.inside.map(move), edge: blocks.edge.map(move) };
}

/** The sources of a band: all of the base, or what the mask lets through. */
function takenOf({ path, from, size }: Base, cut: DrawnMask | null, band: VrtSource['band']): VrtSource[] {
  const whole = { ...from, ...size };
  if (cut === null) return [{ path, band, from: whole, to: { x: 0, y: 0 } }];
  return [
    ...cut.inside.map((block) => ({
      path,
      band,
      from: { ...block, x: block.x + from.x, y: block.y + from.y },
      to: block,
    })),
    ...cut.edge.map((block) => ({ path: cut.edgePath, band, from: block, to: block, isMasked: true })),
  ];
}

/** What a new alpha band is made of: the mask the dataset has, under the region's; else that alone, or all pixels. */
function alphaOf({ hasOtherMask }: Stage, { base, cut }: { base: Base; cut: DrawnMask | null }): VrtSource[] {
  const whole = { x: 0, y: 0, ...base.size };
  if (hasOtherMask && cut === null) return takenOf(base, null, 'mask,1');
  if (hasOtherMask && cut !== null) {
    // The mask of the VRT under the region's mask is that one: the base's own is asked instead, inside and at the edge.
    return [...cut.inside, ...cut.edge].map((block) => ({
      path: base.path,
      band: 'mask,1' as const,
      from: { ...block, x: block.x + base.from.x, y: block.y + base.from.y },
      to: block,
    }));
  }
  if (cut !== null) return [{ path: cut.maskPath, band: 1, from: whole, to: { x: 0, y: 0 } }];
  return [
    { path: base.path, band: 1, from: { ...base.from, ...base.size }, to: { x: 0, y: 0 }, scale: [0, 255] },
  ];
}

function alphaType({ scalesToBytes }: RasterPlan, { type }: Stage): string {
  return type === 'UInt16' && !scalesToBytes ? 'UInt16' : 'Byte';
}

/** Full opacity is 65535 where values have 16 bits. */
function scaled(sources: readonly VrtSource[], type: string): VrtSource[] {
  if (type !== 'UInt16') return [...sources];
  return sources.map((source) => ({ ...source, scale: source.scale === undefined ? [257, 0] : [0, 65_535] }));
}

async function write(job: TileJob, stage: Stage): Promise<void> {
  const { plan, piece, paths } = job;
  const steps = [plan.resampling === null ? 0 : shares.warp, piece.cut.mask === null ? 0 : shares.mask];
  const start = steps.reduce((sum, share) => sum + share, 0);
  const command = translateCommand({
    input: stage.path,
    output: paths.output,
    driver: plan.format.driver,
    window: stage.window,
    options: plan.format.options(factsOf(job)),
    flags: [...stage.flags, ...bandFlags(job, stage), ...scaleFlags(job, stage)],
  });
  await step(job, command, [start, 1]);
  await Promise.all(['warped.tif', 'mask.tif'].map((name) => rm(paths.work(name), { force: true })));
}

function bandFlags({ plan }: TileJob, { valueBands: count, alpha }: Stage): string[] {
  const { voids, format } = plan;
  const values = Array.from({ length: count }, (_, index) => ['-b', String(index + 1)]).flat();
  const isNodata = voids.how === 'nodata';
  const nodata = isNodata
    ? ['-a_nodata', voids.value]
    : format.voids.includes('nodata')
      ? []
      : ['-a_nodata', 'none'];
  if (alpha === null || voids.how === 'alpha') return nodata;
  return voids.how === 'mask' ? [...nodata, ...values, '-mask', String(alpha)] : [...nodata, ...values];
}

function scaleFlags({ plan, ranges }: TileJob, { valueBands: count, alpha, type }: Stage): string[] {
  if (!plan.scalesToBytes || ranges === null) return [];
  const flags = Array.from({ length: count }, (_, index) => {
    const [least, greatest] = ranges[index] ?? [0, 255];
    return [
      `-scale_${index + 1}`,
      String(least),
      String(Math.max(greatest, least + Number.EPSILON)),
      '0',
      '255',
    ];
  }).flat();
  const isWide = alpha !== null && type === 'UInt16' && plan.voids.how === 'alpha' && !plan.voids.isNew;
  return ['-ot', 'Byte', ...flags, ...(isWide ? [`-scale_${alpha}`, '0', '65535', '0', '255'] : [])];
}

function factsOf({ plan, piece, run }: TileJob): OptionFacts {
  const { type } = piece.tiles[0]!.bands[0]!;
  const isFloat = type.startsWith('Float') || type.startsWith('CFloat');
  return {
    threads: run.threads ?? 1,
    floatDigits: !isFloat ? 0 : type.endsWith('64') ? 17 : 9,
    hasPredictor:
      !type.startsWith('C') && piece.tiles.every(({ bands }) => bands.every(({ bits }) => bits % 8 === 0)),
    isNearest: plan.resampling === 'near' || isPaletted(piece.tiles[0]!) || isFloat,
    width: piece.cut.window.width,
    height: piece.cut.window.height,
  };
}

async function step(
  job: TileJob,
  command: GdalCommand,
  [from, to]: readonly [number, number] = [0, 0],
): Promise<void> {
  const onProgress = (fraction: number): void => job.onProgress(from + (to - from) * fraction);
  await runGdal(command, { ...job.run, onProgress });
}
