import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { EngineError, type RunResult } from '@outcrop/engine';
import type { Logger } from 'pino';

import type { Engine } from '../engine.ts';
import type { SiteMetrics } from '../operations/site-metrics.ts';
import { inSpan } from '../operations/spans.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { StorageError } from '../storage/storage-error.ts';
import type { Checkpoints } from './checkpoints.ts';
import { checkVersions } from './check-versions.ts';
import { type AddressBook, withAddresses } from './database-addresses.ts';
import { describeFailure } from './describe-failure.ts';
import { endedRun, traceStages } from './observe-task.ts';
import { reportProgress } from './report-progress.ts';
import type { RunFolders } from './run-folders.ts';
import type { FinishedArchive, RunStore } from './run-store.ts';
import type { Task } from './task.ts';
import type { TaskStore } from './task-store.ts';

/** How often a task may fail by itself, before its export is given up. */
const maxFailures = 5;
/**
 * How often it is taken at all. That its worker was killed is no fault of an export, which runs in a process of its own: only one
 * that takes its worker with it again and again is given up.
 */
const maxAttempts = 20;
/** How long to wait before what may pass is tried again, the first time; then twice as long each time. */
const retrySeconds = 2;

/** What the doing of tasks needs. */
export interface TaskParts {
  readonly engine: Pick<Engine, 'runInProcess' | 'sourceVersion' | 'rasterVersion'>;
  readonly taskStore: TaskStore;
  readonly runStore: RunStore;
  readonly objectStore: ObjectStore;
  readonly checkpoints: Checkpoints;
  readonly folders: RunFolders;
  /** Plans are kept without the addresses of databases. */
  readonly addressOf: AddressBook;
  /** The site folder, which failures must not name. */
  readonly siteFolder: URL;
  readonly limits: TaskLimits;
  readonly metrics: Pick<SiteMetrics, 'runCompleted' | 'runFailed'>;
  readonly logger: Logger;
}

/** What one task may take. Null for no limit. */
export interface TaskLimits {
  readonly seconds: number | null;
  readonly memoryBytes: number | null;
}

/** The worker stops and gives its task back. */
export class WorkerClosing extends Error {
  override readonly name = 'WorkerClosing';
}

/** The task is no longer the worker's: its run was cancelled, or another worker has it. */
export class TaskLost extends Error {
  override readonly name = 'TaskLost';
}

/**
 * Does a task that was taken, and writes how it ended. Resolves also where the export failed. Rejects where the database
 * could not be told: then the lease runs out and the task is done again, from its last checkpoint.
 */
export async function runTask(parts: TaskParts, task: Task, controller: AbortController): Promise<void> {
  const { attempts } = task;
  const logger = parts.logger.child({ attempt: attempts });
  if (attempts > maxAttempts) {
    logger.error('Export:Run:GivenUp');
    await fail(parts, task, {
      code: 'process-died',
      detail: `The export ended its process ${maxAttempts} times without an answer, perhaps for want of memory; choose a smaller area or fewer items.`,
    });
    return;
  }
  const reporter = reportProgress(parts.taskStore, task, {
    onUnwanted: () => controller.abort(new TaskLost('The task is no longer this worker’s')),
    onError: (error) => logger.warn({ err: error }, 'Export:Progress:Failed'),
  });
  using _ = timeLimit(parts.limits.seconds, controller);
  const started = performance.now();
  logger.info({ name: task.plan.name, items: task.items, packs: task.packs }, 'Export:Task:Started');
  const outcome = await produce(parts, task, { signal: controller.signal, reporter }).then(
    (archive) => ({ archive, error: null }),
    (error: unknown) => ({ archive: null, error }),
  );
  reporter.stop();
  if (outcome.error === null) {
    await finish(parts, task, outcome.archive);
    logger.info(
      { bytes: outcome.archive?.bytes, ms: Math.round(performance.now() - started) },
      'Export:Task:Done',
    );
  } else {
    await end(parts, task, { controller, logger, error: outcome.error });
  }
}

interface Production {
  readonly signal: AbortSignal;
  readonly reporter: ReturnType<typeof reportProgress>;
}

/** Makes the items and, where the task packs, the archive, which is stored. Null where it does not pack. */
async function produce(
  parts: TaskParts,
  task: Task,
  { signal, reporter }: Production,
): Promise<FinishedArchive | null> {
  const { runId, items, packs } = task;
  const plan = withAddresses(task.plan, parts.addressOf);
  const place = { runId, folder: parts.folders.of(runId) };
  const needed = packs ? plan.items.map((_, index) => index) : items;
  const saved: Promise<void>[] = [];
  signal.throwIfAborted();
  checkVersions(plan, items, parts.engine);
  await mkdir(place.folder, { recursive: true, mode: 0o700 });
  await parts.checkpoints.fetch(place, needed);
  const stages = traceStages();
  const archivePath = packs ? join(place.folder, `pack-${task.lease}`, 'archive.zip') : null;
  try {
    const result = await parts.engine.runInProcess(plan, {
      items,
      archivePath,
      workFolder: place.folder,
      signal,
      ...(parts.limits.memoryBytes !== null && { memoryBytes: parts.limits.memoryBytes }),
      onProgress: reporter.onProgress,
      onLine: (line) => parts.logger.warn({ line }, 'Export:Process:Said'),
      onItem: (index) => {
        stages.end('item', { 'outcrop.item': index });
        // An archive that is made in the same task needs no checkpoint of its last item.
        if (!packs || index !== items.at(-1)) saved.push(parts.checkpoints.save(place, index));
      },
    });
    if (packs) stages.end('pack');
    await Promise.all(saved);
    checkVersions(plan, items, parts.engine);
    return result === null ? null : await inSpan('store', {}, () => store(parts, task, result));
  } finally {
    await Promise.allSettled(saved);
    if (archivePath !== null) await rm(join(archivePath, '..'), { recursive: true, force: true });
  }
}

/** Each attempt has a key of its own, so that one that comes late takes nothing from the one that has won. */
async function store(parts: TaskParts, { runId, lease }: Task, result: RunResult): Promise<FinishedArchive> {
  const key = `${runId}/${lease}.zip`;
  await parts.objectStore.put(key, pathToFileURL(result.archivePath));
  return { key, bytes: result.bytes, unzippedBytes: result.unzippedBytes, sha256: result.sha256 };
}

async function finish(parts: TaskParts, task: Task, archive: FinishedArchive | null): Promise<void> {
  if (archive === null) {
    await parts.taskStore.finish(task);
    return;
  }
  const isWanted = await parts.runStore.complete(task, archive);
  if (isWanted) {
    parts.metrics.runCompleted({ ...endedRun(task), bytes: archive.bytes });
  } else {
    await parts.objectStore.delete(archive.key);
  }
  await cleanUp(parts, task.runId);
}

async function end(
  parts: TaskParts,
  task: Task,
  { controller, logger, error }: { controller: AbortController; logger: Logger; error: unknown },
): Promise<void> {
  const cause: unknown = controller.signal.aborted ? controller.signal.reason : error;
  if (cause instanceof WorkerClosing) {
    await parts.taskStore.release(task);
    logger.info('Export:Task:GivenBack');
  } else if (cause instanceof TaskLost) {
    await cleanUp(parts, task.runId);
    logger.info('Export:Task:Lost');
  } else if (mayPass(cause) && task.failures + 1 < maxFailures) {
    const seconds = retrySeconds * 2 ** task.failures;
    await parts.taskStore.retry(task, seconds);
    logger.warn({ err: cause, seconds }, 'Export:Task:Retried');
  } else {
    await fail(parts, task, describeFailure(cause, { folder: parts.siteFolder, logger }));
  }
}

function mayPass(cause: unknown): boolean {
  return (
    (cause instanceof EngineError && cause.retryable) || (cause instanceof StorageError && cause.isRetryable)
  );
}

async function fail(
  parts: TaskParts,
  task: Task,
  failure: ReturnType<typeof describeFailure>,
): Promise<void> {
  if (await parts.runStore.fail(task, failure)) {
    parts.metrics.runFailed({ ...endedRun(task), code: failure.code });
  }
  await cleanUp(parts, task.runId);
}

/** Removes what is left of a run, if it has ended. */
async function cleanUp(parts: TaskParts, runId: number): Promise<void> {
  const active = await parts.runStore.findActive([runId]);
  if (active.has(runId)) {
    return;
  }
  // What cannot be removed now is left to the next sweep.
  await parts.folders.remove(runId).catch(() => undefined);
  await parts.checkpoints.remove(runId);
}

function timeLimit(seconds: number | null, controller: AbortController): Disposable {
  if (seconds === null) {
    return { [Symbol.dispose]: () => undefined };
  }
  const timer = setTimeout(() => {
    controller.abort(
      new EngineError(
        'time-limit',
        `The export took longer than the ${seconds} seconds that this site gives to one; choose a smaller area, fewer items, or a simpler extent.`,
      ),
    );
  }, seconds * 1000);
  timer.unref();
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
