import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

import type { GdalRunOptions } from '../gdal/run-gdal.ts';
import type { Translation } from '../raster/raster-commands.ts';
import { packsAsWell } from './packs-as-well.ts';
import { pixelBytes, retileLayout, type RetileLayout } from './retile-layout.ts';
import { counter, retileState, type RetileState, startWriting, stopRetiling } from './retile-state.ts';
import type { RetileTask } from './retile-worker.ts';
import { readTiffImage } from '../tiff/tiff-image.ts';
import { TiffError } from '../tiff/tiff-directory.ts';
import { fillTemplate, makeTiffTemplate } from './tiff-template.ts';

/** How a window is copied and watched. */
export interface RetileOptions {
  readonly run: GdalRunOptions;
  readonly onProgress?: (fraction: number) => void;
  /** The most that the threads may have together. */
  readonly memoryBytes?: number;
}

/** Tiles as GDAL makes them where it is not told otherwise. */
const block = { width: 256, height: 256 } as const;

/**
 * Copies a window of a TIFF to a GeoTIFF: its blocks are unpacked, cut anew and packed by all cores, and GDAL writes what else the file
 * says. Pixels are the same as GDAL's.
 *
 * @returns false, and nothing is changed, where the source is stored in another way than ours to read, or the pixels would take more room
 *   than packed by GDAL
 * @throws signal.reason
 */
export async function retileWindow(translation: Translation, options: RetileOptions): Promise<boolean> {
  const layout = await layoutOf(translation, options.memoryBytes);
  if (layout === null || !packsAsWell(translation.input, layout)) return false;
  const { window } = layout;
  const state = retileState(layout, {
    threads: options.run.threads ?? 1,
    sourcePath: translation.input,
    targetPath: translation.output,
  });
  const size = {
    blocks: state.offsets.length,
    block,
    bytes: window.width * window.height * pixelBytes(layout.source),
  };
  const making = makeTiffTemplate({ ...translation, window }, size, options.run).then((made) => {
    if (made === null) stopRetiling(state);
    else startWriting(state, made.blocks);
    return made;
  });
  making.catch(() => stopRetiling(state));
  const isDone = await runThreads(state, options);
  const template = await making;
  options.run.signal?.throwIfAborted();
  if (!isDone || template === null) return false;
  await fillTemplate(translation.output, template, { window, ...state });
  return true;
}

async function layoutOf({ input, window }: Translation, memoryBytes?: number): Promise<RetileLayout | null> {
  try {
    await using file = await open(input, 'r');
    const image = await readTiffImage(file);
    if (image === null) return null;
    const { width, height } = image;
    return retileLayout(image, window ?? { x: 0, y: 0, width, height }, block, memoryBytes);
  } catch (error) {
    // GDAL says better what is wrong with it.
    if (error instanceof TiffError) return null;
    throw error;
  }
}

const progressMs = 100;

/** Runs the threads until all have ended. Returns whether they did all there was to do. */
async function runThreads(
  state: RetileState,
  { run: { signal }, onProgress }: RetileOptions,
): Promise<boolean> {
  const entry = createRequire(import.meta.url).resolve('@outcrop/engine/retile-worker');
  const stop = (): void => stopRetiling(state);
  signal?.addEventListener('abort', stop, { once: true });
  const timer = setInterval(() => {
    onProgress?.(Atomics.load(state.counters, counter.blocksPacked) / state.offsets.length);
  }, progressMs);
  try {
    const ends = await Promise.all(
      state.threads.map((_, number) =>
        endOf(new Worker(entry, { workerData: { state, number } satisfies RetileTask, execArgv: [] }), stop),
      ),
    );
    return ends.every((isWell) => isWell);
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', stop);
  }
}

/** Resolves when a thread has ended, with whether nothing went wrong in it. */
function endOf(worker: Worker, stop: () => void): Promise<boolean> {
  return new Promise((resolve) => {
    let isWell = true;
    worker.once('error', () => {
      isWell = false;
      stop();
    });
    worker.once('exit', (code) => resolve(isWell && code === 0));
  });
}
