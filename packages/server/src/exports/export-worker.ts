import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { ExportPlan, RunProgress, RunResult } from '@outcrop/engine';
import type { Logger } from 'pino';

import type { Engine } from '../engine.ts';
import type { ExportJob } from '../queue/export-queue.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { describeFailure } from './describe-failure.ts';
import { reportProgress } from './report-progress.ts';
import type { RunStore } from './run-store.ts';

/** How often an export is taken up again after its worker died, before it is given up. */
const maxAttempts = 3;

/** What a worker needs. */
export interface ExportWorkerParts {
  readonly engine: Pick<Engine, 'runExportInProcess'>;
  readonly runStore: RunStore;
  readonly objectStore: ObjectStore;
  /** The site folder, which failures must not name. */
  readonly folder: URL;
  /** Folder for archives in the making. */
  readonly workFolder: URL;
  readonly logger: Logger;
}

class RunCancelled extends Error {
  override readonly name = 'RunCancelled';
}

class WorkerClosing extends Error {
  override readonly name = 'WorkerClosing';
}

/** Runs exports: takes the run, reports on it, stores its archive, and writes how it ended. */
export class ExportWorker {
  readonly #parts: ExportWorkerParts;
  readonly #runs = new Map<number, AbortController>();
  readonly #working = new Set<Promise<void>>();
  #isClosing = false;

  constructor(parts: ExportWorkerParts) {
    this.#parts = parts;
  }

  /** Does a job. An export that fails is no failure of the job: it ends in the state `error`. */
  readonly handle = async (job: ExportJob): Promise<void> => {
    const work = this.#work(job);
    this.#working.add(work);
    try {
      await work;
    } finally {
      this.#working.delete(work);
    }
  };

  /** Stops the run of an export, if it runs here. */
  abort(exportId: number): void {
    this.#runs.get(exportId)?.abort(new RunCancelled('The export was cancelled'));
  }

  /** Stops all runs and gives them back for the next start. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const controller of this.#runs.values()) {
      controller.abort(new WorkerClosing('The site is closing'));
    }
    await Promise.allSettled(this.#working);
  }

  async #work(job: ExportJob): Promise<void> {
    const claimed = this.#isClosing ? null : await this.#parts.runStore.claim(job);
    if (claimed === null) {
      return;
    }
    const logger = this.#parts.logger.child({ exportId: job.exportId, attempt: claimed.attempts });
    if (claimed.attempts > maxAttempts) {
      const detail = `The export ended ${maxAttempts} times without an answer, perhaps for want of memory; make it smaller.`;
      await this.#parts.runStore.fail(job, { code: 'process-died', detail });
      logger.error('Export:Run:GivenUp');
      return;
    }
    const controller = new AbortController();
    this.#runs.set(job.exportId, controller);
    try {
      await this.#run(job, { plan: claimed.plan, controller, logger });
    } finally {
      this.#runs.delete(job.exportId);
    }
  }

  async #run(
    job: ExportJob,
    run: { plan: ExportPlan; controller: AbortController; logger: Logger },
  ): Promise<void> {
    const started = performance.now();
    const folder = new URL(`${job.exportId}-${job.jobId}/`, this.#parts.workFolder);
    const reporter = reportProgress(this.#parts.runStore, job, {
      onUnwanted: () => run.controller.abort(new RunCancelled('The export was cancelled')),
      onError: (error) => run.logger.warn({ err: error }, 'Export:Progress:Failed'),
    });
    run.logger.info({ name: run.plan.name }, 'Export:Run:Started');
    try {
      const result = await this.#produce(run.plan, folder, {
        signal: run.controller.signal,
        onProgress: reporter.onProgress,
      });
      await this.#store(job, result);
      run.logger.info(
        { bytes: result.bytes, ms: Math.round(performance.now() - started) },
        'Export:Run:Done',
      );
    } catch (error) {
      reporter.stop();
      // Before the end is written down: on a full disk, that needs room.
      await removeFolder(folder);
      await this.#end(job, run, error);
    } finally {
      reporter.stop();
      await removeFolder(folder);
    }
  }

  async #produce(
    plan: ExportPlan,
    folder: URL,
    options: { signal: AbortSignal; onProgress: (progress: RunProgress) => void },
  ): Promise<RunResult> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    options.signal.throwIfAborted();
    return this.#parts.engine.runExportInProcess(plan, {
      ...options,
      archivePath: fileURLToPath(new URL('archive.zip', folder)),
      workFolder: fileURLToPath(new URL('run/', folder)),
    });
  }

  async #store(job: ExportJob, result: RunResult): Promise<void> {
    const key = `${job.exportId}/archive.zip`;
    await this.#parts.objectStore.put(key, pathToFileURL(result.archivePath));
    const isWanted = await this.#parts.runStore.complete(job, {
      key,
      bytes: result.bytes,
      unzippedBytes: result.unzippedBytes,
      sha256: result.sha256,
    });
    if (!isWanted) {
      await this.#parts.objectStore.delete(key);
      throw new RunCancelled('The export was cancelled while its archive was stored');
    }
  }

  async #end(
    job: ExportJob,
    run: { controller: AbortController; logger: Logger },
    error: unknown,
  ): Promise<void> {
    const cause: unknown = run.controller.signal.aborted ? run.controller.signal.reason : error;
    if (cause instanceof WorkerClosing) {
      await this.#parts.runStore.release(job);
      run.logger.info('Export:Run:GivenBack');
      return;
    }
    if (cause instanceof RunCancelled) {
      run.logger.info('Export:Run:Cancelled');
      return;
    }
    const { failure, incident, isSites } = describeFailure(error, this.#parts.folder);
    const facts = { err: error, code: failure.code, ...(incident === null ? {} : { incident }) };
    run.logger[isSites ? 'error' : 'warn'](facts, 'Export:Run:Failed');
    await this.#parts.runStore.fail(job, failure);
  }
}

function removeFolder(folder: URL): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}
