import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { EarlyFolders } from '../archive/early-pieces.ts';
import { diskError } from '../formats/block-file.ts';
import type { ExportPlan } from '../plan/plan.ts';
import type { FinishedItem } from './finished-item.ts';
import { packArchive, type PackedArchive } from './pack-archive.ts';
import { type ItemsOptions, runItems } from './run-items.ts';

export type { RunProgress } from './run-progress.ts';

/** Where a run writes, and how it is watched and stopped. The archive is the same with any number of workers. */
export interface RunOptions extends Omit<ItemsOptions, 'items'> {
  /** The archive; it appears under this path only when it is whole. */
  readonly archivePath: string;
  /** Folder for the run's own files; created, and removed at the end whatever happens. */
  readonly workFolder: string;
}

/** A part of a run: some of its items, and the packing of all. */
export interface StageOptions extends ItemsOptions {
  /** Where the archive goes, once all items of the plan are done; null where it is not to be packed yet. */
  readonly archivePath: string | null;
  /** Folder for the run's own files; created, and kept: another stage goes on with what is in it. */
  readonly workFolder: string;
}

/** A finished run. */
export interface RunResult extends PackedArchive {
  readonly archivePath: string;
}

/** Of a run's time, the part in which the data are converted; the rest packs the archive. */
const convertShare = 0.7;

/**
 * Runs a plan in this process: writes the archive and removes everything else.
 *
 * @throws EngineError with the reason; on abort, `signal.reason`.
 */
export async function runExport(plan: ExportPlan, options: RunOptions): Promise<RunResult> {
  const { workFolder, archivePath } = options;
  try {
    options.signal?.throwIfAborted();
    // A run that was killed leaves its files to the next attempt.
    await rm(workFolder, { recursive: true, force: true });
    const result = await runStage(plan, { ...options, items: plan.items.map((_, index) => index) });
    return { ...result!, archivePath };
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

/**
 * Runs a part of a plan in this process. Items that are done already are not made again.
 *
 * @returns null where no archive was asked for.
 * @throws EngineError with the reason; on abort, `signal.reason`.
 */
export async function runStage(plan: ExportPlan, options: StageOptions): Promise<RunResult | null> {
  const { workFolder, archivePath, items, onProgress } = options;
  const share = archivePath === null ? 1 : items.length === 0 ? 0 : convertShare;
  using early = new EarlyFolders();
  try {
    options.signal?.throwIfAborted();
    await mkdir(workFolder, { recursive: true });
    const finished = await runItems(plan, {
      ...options,
      ...(archivePath !== null && { early }),
      onProgress: ({ fraction, stage }) => onProgress?.({ fraction: fraction * share, stage }),
    });
    if (archivePath === null) return null;
    return await pack(plan, { ...options, archivePath, finished, share });
  } catch (error) {
    throw diskError(error, workFolder);
  }
}

interface PackStage extends StageOptions {
  readonly archivePath: string;
  readonly finished: readonly FinishedItem[];
  /** Of the stage, what was done before. */
  readonly share: number;
}

async function pack(plan: ExportPlan, options: PackStage): Promise<RunResult> {
  const { archivePath, signal, onProgress, share } = options;
  const partial = partialPath(archivePath);
  await mkdir(dirname(archivePath), { recursive: true });
  await rm(partial, { force: true });
  try {
    const packed = await packArchive(plan, {
      path: partial,
      items: await allItems(plan, options),
      signal,
      onProgress: ({ fraction, stage }) => onProgress?.({ fraction: share + fraction * (1 - share), stage }),
    });
    signal?.throwIfAborted();
    await rename(partial, archivePath);
    onProgress?.({ fraction: 1, stage: 'Complete' });
    return { archivePath, ...packed };
  } finally {
    await rm(partial, { force: true });
  }
}

/** All items of the plan. Others than those of this stage are read; what is no longer there is made again. */
async function allItems(plan: ExportPlan, options: PackStage): Promise<readonly FinishedItem[]> {
  if (options.finished.length === plan.items.length) return options.finished;
  const { onProgress: _, onItem: __, ...quietly } = options;
  return runItems(plan, { ...quietly, items: plan.items.map((___, index) => index) });
}

/** Where an archive is until it is whole. */
export function partialPath(archivePath: string): string {
  return join(dirname(archivePath), `.${basename(archivePath)}.part`);
}
