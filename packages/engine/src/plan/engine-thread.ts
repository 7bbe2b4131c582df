import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

import { EngineError } from '../engine-error.ts';
import type { PostgisTable } from '../postgis/postgis-table.ts';
import type { GeoPackageTable } from '../source/layer.ts';
import type { TableSummary } from '../source/table-survey.ts';
import type { ExportCheck } from './check.ts';
import type { ExportRequest, PlanContext } from './request.ts';
import type { ThreadAnswer, ThreadTask } from './thread-message.ts';

/**
 * Checks a request against the layers' schemas and their data, and plans it. Starts nothing but what it must read: the
 * first check of a layer surveys it, which takes a scan of its table; later ones take milliseconds. Runs in a thread of
 * its own, so that the caller stays responsive.
 */
export async function checkExport(request: ExportRequest, context: PlanContext): Promise<ExportCheck> {
  return (await inThread({ type: 'check', request, context })) as ExportCheck;
}

/**
 * Counts a table's features and finds their extent, in a thread of its own; kept until the file changes.
 *
 * @throws EngineError `source-unavailable` | `source-corrupt`
 */
export async function surveyTable(
  source: GeoPackageTable | PostgisTable,
  cacheFolder: string,
): Promise<TableSummary> {
  return (await inThread({ type: 'survey', source, cacheFolder })) as TableSummary;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** One thread, started with the first task, that does one task after the other. It keeps no process alive. */
class EngineThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  isRunning = true;

  constructor() {
    this.#worker = new Worker(createRequire(import.meta.url).resolve('@outcrop/engine/engine-thread'), {
      execArgv: [],
    });
    this.#worker.unref();
    this.#worker.on('message', (answer: ThreadAnswer) => this.#settle(answer));
    this.#worker.once('error', (error) => this.#fail(error));
    this.#worker.once('exit', (code) =>
      this.#fail(
        new EngineError('process-died', `The engine's thread ended (${code}).`, { retryable: true }),
      ),
    );
  }

  run(task: ThreadTask): Promise<unknown> {
    const id = this.#next++;
    this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, task });
    });
  }

  #settle(answer: ThreadAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('value' in answer) waiting?.resolve(answer.value);
    else if (answer.code === null) waiting?.reject(new Error(answer.detail));
    else waiting?.reject(new EngineError(answer.code, answer.detail, { retryable: answer.retryable }));
  }

  #fail(error: Error): void {
    this.isRunning = false;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

let thread: EngineThread | undefined;

function inThread(task: ThreadTask): Promise<unknown> {
  if (thread?.isRunning !== true) thread = new EngineThread();
  return thread.run(task);
}
