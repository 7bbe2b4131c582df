import { mkdirSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';

import type { EarlyFolders } from '../archive/early-pieces.ts';
import { PreparedRegions } from '../crop/prepared-regions.ts';
import { CoordinateOperations } from '../crs/coordinate-operation.ts';
import { nameItem } from '../engine-error.ts';
import type { ExportPlan } from '../plan/plan.ts';
import { stageItem, withLeftBehind } from '../postgis/stage-item.ts';
import { type FinishedItem, filesFolder, finishItem, readFinishedItem, startItem } from './finished-item.ts';
import type { Workshop } from './item-pipeline.ts';
import { type ItemResult, runItem } from './run-item.ts';
import type { RunProgress } from './run-progress.ts';
import { WorkerTeam } from './worker-team.ts';

/** How items are made. */
export interface ItemsOptions {
  /** Which, by their place in the plan. */
  readonly items: readonly number[];
  /** Folder of the run, which keeps what is done. */
  readonly workFolder: string;
  /** Threads that convert, or how many to start where the work is worth it; as many as there are cores where absent. */
  readonly workers?: number | WorkerTeam;
  /** What the check has prepared in this process. */
  readonly regions?: PreparedRegions | undefined;
  /** Where this process packs the items too: compresses what is done of them. */
  readonly early?: EarlyFolders | undefined;
  readonly signal?: AbortSignal;
  /** `fraction` is of these items. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** Told of each item that is done and will not be made again, by its place in the plan. */
  readonly onItem?: (index: number) => void;
}

/** Makes the items that are not done yet, one after the other. Each is a checkpoint: a run that is killed goes on after the last one. */
export async function runItems(plan: ExportPlan, options: ItemsOptions): Promise<FinishedItem[]> {
  const { items, workFolder, workers = availableParallelism(), regions, onItem } = options;
  await using threads = new ThreadsOfRun(workers);
  const workshop = {
    operations: new CoordinateOperations(plan.operations),
    regions: regions ?? new PreparedRegions(),
  };
  const finished: FinishedItem[] = [];
  for (const [place, index] of items.entries()) {
    const done =
      readFinishedItem(workFolder, index) ??
      (await makeItem(plan, index, { options, threads, workshop, done: place / items.length }).catch(
        (error: unknown) => {
          throw nameItem(error, plan.items[index]!.layer.title);
        },
      ));
    finished.push(done);
    onItem?.(index);
  }
  return finished;
}

interface Making {
  readonly options: ItemsOptions;
  readonly threads: ThreadsOfRun;
  readonly workshop: Workshop;
  /** The share of the items that was done before. */
  readonly done: number;
}

async function makeItem(
  plan: ExportPlan,
  index: number,
  { options, threads, workshop, done }: Making,
): Promise<FinishedItem> {
  options.signal?.throwIfAborted();
  const folder = startItem(options.workFolder, index, randomUUID());
  try {
    return await makeItemIn(folder, index, { plan, options, threads, workshop, done });
  } catch (error) {
    // On a full disk its room is needed; what goes wrong here is not what the error is about.
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
}

async function makeItemIn(
  folder: string,
  index: number,
  { plan, options, threads, workshop, done }: Making & { plan: ExportPlan },
): Promise<FinishedItem> {
  const { workFolder, signal, onProgress, items, early } = options;
  const staging = { plan, workshop, folder: `${folder}/source`, signal };
  using staged = await stageItem(plan.items[index]!, staging);
  const { item } = staged;
  const { source } = item.layer;
  const context = {
    plan: staged.plan,
    layerEnvelope: staged.layerEnvelope,
    early,
    workshop,
    folder: filesFolder(folder),
    team: threads.team,
    cores: threads.size,
    signal,
    onProgress: (share: number, count: number) => {
      const what = 'table' in source ? `${grouped(count)} features` : `${grouped(count)} files`;
      onProgress?.({ fraction: done + share / items.length, stage: `${item.layer.title}: ${what}` });
    },
  };
  mkdirSync(context.folder);
  // Pixels are GDAL's; what runs it is loaded only for them.
  const result =
    'path' in source && !('table' in source)
      ? await (await import('../raster/run-raster-item.ts')).runRasterItem(item, source, context)
      : await runItem(item, context);
  signal?.throwIfAborted();
  return finishItem(withRowsLeftBehind(result, staged.leftBehind), { folder, workFolder, index });
}

function withRowsLeftBehind(result: ItemResult, rows: number): ItemResult {
  const { report } = result;
  return rows === 0
    ? result
    : { ...result, report: { ...report, counts: withLeftBehind(report.counts, rows) } };
}

/** The worker threads of a run: those it was given, or its own, which are started by the first item that needs them. */
class ThreadsOfRun implements AsyncDisposable {
  #team: WorkerTeam | null = null;
  readonly team: (() => WorkerTeam) | null;
  /** How many they are, or would be. */
  readonly size: number;

  constructor(workers: number | WorkerTeam) {
    if (workers instanceof WorkerTeam) this.#team = workers;
    const size = workers instanceof WorkerTeam ? workers.size : workers;
    this.size = size;
    this.team = size < 2 ? null : () => (this.#team ??= new WorkerTeam(size));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#team?.[Symbol.asyncDispose]();
  }
}

/** `1234567` as `1,234,567`; loading what formats for every language takes longer than a small export. */
function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}
