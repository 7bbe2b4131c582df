import { readFile, writeFile } from 'node:fs/promises';

import { windowGrid, wholeWindow } from './pixel-grid.ts';
import { drawMask, type DrawnMask } from './draw-mask.ts';
import type { Translation } from './raster-commands.ts';
import type { RasterPlan } from './raster-plan.ts';
import type { BatchTile, Stage, TileBatch } from './tile-stage.ts';
import { translateMany } from './translate-many.ts';
import { maskedBandVrt, type VrtSource, VrtTemplate } from './vrt.ts';

/**
 * Puts VRTs between that let only the wanted pixels through, where a mask, an alpha band or, of several tiles, a window is
 * wanted.
 */
export async function maskStages(batch: TileBatch, stages: readonly Stage[]): Promise<Stage[]> {
  const positions = stages.flatMap((stage, position) => (needsVrt(batch, stage, position) ? [position] : []));
  const templates = await templatesOf(
    batch,
    positions.map((position) => ({ stage: stages[position]!, tile: batch.tiles[position]! })),
  );
  const masked = [...stages];
  for (const [index, position] of positions.entries()) {
    masked[position] = await letThrough(batch, {
      tile: batch.tiles[position]!,
      stage: stages[position]!,
      template: templates[index]!,
    });
  }
  return masked;
}

function needsVrt({ plan, tiles }: TileBatch, stage: Stage, position: number): boolean {
  const isMasked = tiles[position]!.piece.cut.mask !== null;
  return isMasked || needsAlpha(plan, stage) || (tiles.length > 1 && stage.window !== null);
}

/** Whether a band must be made of what the dataset says otherwise, or of nothing, as other tiles of the item have one. */
function needsAlpha({ voids }: RasterPlan, { alpha, hasOtherMask }: Stage): boolean {
  return alpha === null && (voids.how === 'alpha' || (voids.how === 'mask' && hasOtherMask));
}

/** What carries all that the bands of each stage have, for other sources; of stages with one dataset it is the same. */
async function templatesOf(
  { plan, run, workFolder }: TileBatch,
  wanted: readonly { readonly stage: Stage; readonly tile: BatchTile }[],
): Promise<VrtTemplate[]> {
  const nodata = plan.voids.how === 'nodata' ? ['-a_nodata', plan.voids.value] : [];
  const translations = new Map<string, Translation>();
  for (const { stage, tile } of wanted) {
    if (translations.has(stage.path)) continue;
    const output = tile.paths.work('template.vrt');
    translations.set(stage.path, {
      input: stage.path,
      output,
      driver: 'VRT',
      flags: [...stage.flags, ...nodata],
    });
  }
  await translateMany([...translations.values()], { run, folder: workFolder });
  const templates = new Map<string, VrtTemplate>();
  for (const [path, { output }] of translations) {
    templates.set(path, new VrtTemplate(await readFile(output, 'utf8')));
  }
  return wanted.map(({ stage }) => templates.get(stage.path)!);
}

interface Letting {
  readonly tile: BatchTile;
  readonly stage: Stage;
  readonly template: VrtTemplate;
}

async function letThrough(batch: TileBatch, { tile, stage, template }: Letting): Promise<Stage> {
  const { plan } = batch;
  const { piece, paths } = tile;
  const grid = windowGrid(piece.grid, piece.cut.window);
  const { width, height } = piece.cut.window;
  const base: Base = {
    path: stage.path,
    from: { x: stage.window?.x ?? 0, y: stage.window?.y ?? 0 },
    size: { width, height },
  };
  const edges = (maskPath: string): string => {
    const mask = [{ path: maskPath, band: 1, from: wholeWindow(grid), to: { x: 0, y: 0 } }];
    return template.write((band) => takenOf(base, null, band), { grid, mask, hidesAlpha: true });
  };
  const cut = piece.cut.mask === null ? null : await drawMask(batch, tile, edges);
  const wantsAlpha =
    needsAlpha(plan, stage) || (plan.voids.how === 'mask' && stage.alpha === null && cut !== null);
  const type = alphaType(plan, stage);
  const opacity = paths.work('opacity.vrt');
  if (wantsAlpha && stage.hasOtherMask && cut !== null) await writeFile(opacity, opacityVrt(base, cut));
  const extraBands = wantsAlpha
    ? [{ type, source: scaled(alphaOf(stage, { base, cut, opacity }), type) }]
    : [];
  const path = paths.work('masked.vrt');
  await writeFile(
    path,
    template.write((band) => takenOf(base, cut, band), { grid, extraBands }),
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

/** The mask that a dataset has, under the region's. */
function opacityVrt(base: Base, { maskPath }: DrawnMask): string {
  const mask = [{ path: maskPath, band: 1, from: { x: 0, y: 0, ...base.size }, to: { x: 0, y: 0 } }];
  return maskedBandVrt(base.size, takenOf(base, null, 'mask,1'), mask);
}

/**
 * What a new alpha band is made of: the mask the dataset has, under the region's; else that alone, or all pixels.
 *
 * @param opacity the VRT of both masks, where there are both
 */
function alphaOf(
  { hasOtherMask }: Stage,
  { base, cut, opacity }: { base: Base; cut: DrawnMask | null; opacity: string },
): VrtSource[] {
  const whole = { x: 0, y: 0, ...base.size };
  if (hasOtherMask && cut === null) return takenOf(base, null, 'mask,1');
  if (hasOtherMask && cut !== null) {
    const inside = takenOf(base, { ...cut, edge: [] }, 'mask,1');
    const edge = cut.edge.map((block) => ({
      path: opacity,
      band: 1,
      from: block,
      to: block,
      isMasked: true,
    }));
    return [...inside, ...edge];
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
