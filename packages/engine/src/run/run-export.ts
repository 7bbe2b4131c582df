import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';

import type { Manifest, Report } from '@outcrop/contract';

import { ArchiveWriter } from '../archive/archive-writer.ts';
import { itemText } from '../archive/item-text.ts';
import { requestText } from '../archive/request-text.ts';
import { ProjectedRegions } from '../crop/projected-regions.ts';
import { CoordinateOperations } from '../crs/coordinate-operation.ts';
import { engineVersion } from '../engine-version.ts';
import { EngineError } from '../engine-error.ts';
import { diskError } from '../formats/block-file.ts';
import { inMegabytes } from '../formats/format-limit.ts';
import type { ExportPlan } from '../plan/plan.ts';
import { stageItem, withLeftBehind } from '../postgis/stage-item.ts';
import { type ItemResult, runItem } from './run-item.ts';
import { WorkerTeam } from './worker-team.ts';

/** How far a run is. `fraction` goes from 0 to 1 and never back. */
export interface RunProgress {
  readonly fraction: number;
  /** In words: `NZ Roads: 120,000 features`. */
  readonly stage: string;
}

/** Where a run writes, and how it is watched and stopped. */
export interface RunOptions {
  /** The archive; it appears under this path only when it is whole. */
  readonly archivePath: string;
  /** Folder for the run's own files; created, and removed at the end whatever happens. */
  readonly workFolder: string;
  /**
   * Threads that convert, or how many to start where the work is worth it; as many as there are cores where absent. The
   * archive is the same with any number. The threads end with the run.
   */
  readonly workers?: number | WorkerTeam;
  /** What the check has prepared in this process. */
  readonly regions?: ProjectedRegions | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
}

/** A finished run. */
export interface RunResult {
  readonly archivePath: string;
  readonly bytes: number;
  /** Of all members together, before they were packed. */
  readonly unzippedBytes: number;
  /** Hex, of the archive. */
  readonly sha256: string;
  readonly report: Report;
}

/** Of a run's time, the part in which the data are converted; the rest packs the archive. */
const convertShare = 0.7;

/**
 * Runs a plan in this process: writes the archive and removes everything else.
 *
 * @throws EngineError with the reason; on abort, `signal.reason`.
 */
export async function runExport(plan: ExportPlan, options: RunOptions): Promise<RunResult> {
  const partial = partialPath(options.archivePath);
  try {
    options.signal?.throwIfAborted();
    // A run that was killed leaves its files to the next attempt.
    await rm(partial, { force: true });
    await rm(options.workFolder, { recursive: true, force: true });
    await mkdir(options.workFolder, { recursive: true });
    await mkdir(dirname(options.archivePath), { recursive: true });
    const items = await runItems(plan, options);
    const report = reportOf(plan, items);
    const packed = await pack(plan, { partial, items, report, options });
    options.signal?.throwIfAborted();
    await rename(partial, options.archivePath);
    options.onProgress?.({ fraction: 1, stage: 'Complete' });
    return { archivePath: options.archivePath, ...packed, report };
  } catch (error) {
    throw diskError(error, options.workFolder);
  } finally {
    await rm(partial, { force: true });
    await rm(options.workFolder, { recursive: true, force: true });
  }
}

/** Where an archive is until it is whole. */
export function partialPath(archivePath: string): string {
  return join(dirname(archivePath), `.${basename(archivePath)}.part`);
}

async function runItems(
  plan: ExportPlan,
  { workFolder, workers = availableParallelism(), regions, signal, onProgress }: RunOptions,
): Promise<ItemResult[]> {
  await using threads = new ThreadsOfRun(workers);
  const workshop = {
    operations: new CoordinateOperations(plan.operations),
    regions: regions ?? new ProjectedRegions(),
  };
  const results: ItemResult[] = [];
  for (const [index, planned] of plan.items.entries()) {
    const folder = join(workFolder, `${index}`);
    const staging = { plan, workshop, folder: `${folder}-source`, signal };
    using staged = await stageItem(planned, staging);
    const { item } = staged;
    const { source } = item.layer;
    const context = {
      plan: staged.plan,
      layerEnvelope: staged.layerEnvelope,
      workshop,
      folder,
      team: threads.team,
      cores: threads.size,
      signal,
      onProgress: (share: number, done: number) => {
        const fraction = ((index + share) / plan.items.length) * convertShare;
        const what = 'table' in source ? `${grouped(done)} features` : `${grouped(done)} files`;
        onProgress?.({ fraction, stage: `${item.layer.title}: ${what}` });
      },
    };
    // Pixels are GDAL's; what runs it is loaded only for them.
    const result =
      'path' in source && !('table' in source)
        ? await (await import('../raster/run-raster-item.ts')).runRasterItem(item, source, context)
        : await runItem(item, context);
    results.push(withRowsLeftBehind(result, staged.leftBehind));
  }
  return results;
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

interface PackOptions {
  readonly partial: string;
  readonly items: readonly ItemResult[];
  readonly report: Report;
  readonly options: RunOptions;
}

/** Flat for a single item in one piece, else a folder for each (wire contract, section 13). */
async function pack(
  plan: ExportPlan,
  { partial, items, report, options }: PackOptions,
): Promise<Pick<RunResult, 'bytes' | 'unzippedBytes' | 'sha256'>> {
  const { signal, onProgress } = options;
  const total = await totalBytes(items);
  let done = 0;
  const archive = await ArchiveWriter.create(partial, {
    ...(signal && { signal }),
    onBytes: (bytes) => {
      done += bytes;
      checkSize(archive.length, plan.maxArchiveBytes ?? Infinity);
      const fraction = convertShare + (1 - convertShare) * Math.min(done / Math.max(total, 1), 1) * 0.99;
      onProgress?.({ fraction, stage: 'Packing the archive' });
    },
  });
  try {
    for (const [index, item] of plan.items.entries()) {
      const result = items[index]!;
      const folder = isFlat(plan, result) ? '' : `${item.slug}/`;
      for (const { name, path } of result.files) await archive.addFile(`${folder}${name}`, path);
      const repaired = result.crop?.projected.repaired ?? null;
      const text = itemText(plan, item, {
        report: result.report,
        modified: result.survey.modified,
        repaired,
      });
      await archive.addText(`${folder}${item.slug}.txt`, text);
    }
    await archive.addText('request.json', requestText(plan));
    await archive.addText('report.json', json(report));
    const manifest: Manifest = {
      manifest_version: 1,
      name: plan.name,
      engine: engineVersion(),
      members: archive.manifest,
    };
    await archive.addText('manifest.json', json(manifest));
    const bytes = archive.finish();
    const unzippedBytes = archive.manifest.reduce((sum, member) => sum + member.bytes, 0);
    const [sha256] = await Promise.all([digest(partial), archive.sync()]);
    return { bytes, unzippedBytes, sha256 };
  } finally {
    await archive.close();
  }
}

/** The estimate is one; what counts is what comes of it. */
function checkSize(bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw new EngineError(
    'format-limit',
    `The archive has come to ${inMegabytes(bytes)} and would go on; this site allows ${inMegabytes(maxBytes)}. Choose a smaller area or fewer items.`,
  );
}

function isFlat(plan: ExportPlan, { report }: ItemResult): boolean {
  const isOneFile = (report.raster?.files_written ?? 1) === 1;
  return plan.items.length === 1 && isOneFile && !report.losses.some(({ code }) => code === 'file-split');
}

async function totalBytes(items: readonly ItemResult[]): Promise<number> {
  const sizes = await Promise.all(
    items.flatMap(({ files }) => files).map(async ({ path }) => (await stat(path)).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function reportOf(plan: ExportPlan, items: readonly ItemResult[]): Report {
  const projected = items.find(({ crop }) => crop !== null)?.crop?.projected;
  return {
    report_version: 1,
    engine: engineVersion(),
    crs: plan.crs,
    crop:
      plan.region === null
        ? null
        : {
            mode: plan.cropMode,
            region: plan.region.name ?? 'drawn',
            repaired: projected?.repaired ?? null,
            tolerance: projected?.tolerance ?? 'not used: no item has a location',
          },
    items: items.map(({ report }) => report),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** `1234567` as `1,234,567`; loading what formats for every language takes longer than a small export. */
function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}
