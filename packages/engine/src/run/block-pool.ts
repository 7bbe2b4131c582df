import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import type { FailureCode } from '@outcrop/contract';

import { EngineError } from '../engine-error.ts';
import { BlockProcessor } from './block-processor.ts';
import type { BlockTask, ItemSetup, ProcessedBlock } from './block-task.ts';

/** What a worker answers to each block. */
export type WorkerAnswer =
  | { readonly index: number; readonly block: ProcessedBlock }
  | {
      readonly index: number;
      readonly code: FailureCode;
      readonly detail: string;
      readonly retryable: boolean;
    };

/** How blocks are shared out. */
export interface PoolOptions {
  readonly workers: number;
  readonly signal: AbortSignal | undefined;
  /** The workers' program; ours where absent. */
  readonly entry?: string;
}

/** With fewer blocks than this, starting workers takes longer than the blocks. */
const fewBlocks = 3;
/** Blocks that a worker has or is about to get: one to work on and one to go on with. */
const queuedBlocks = 2;

/**
 * Processes blocks in worker threads and yields them in order. A bounded number is under way or waiting to be taken, so
 * memory does not grow with the number of blocks. However it ends, no worker is left.
 *
 * @throws EngineError of the first block that fails, `process-died` where a worker does; on abort, `signal.reason`.
 */
export async function* processBlocks(
  setup: ItemSetup,
  tasks: readonly BlockTask[],
  { workers, signal, entry = ownEntry() }: PoolOptions,
): AsyncGenerator<ProcessedBlock> {
  signal?.throwIfAborted();
  if (workers < 2 || tasks.length < fewBlocks) {
    using processor = await BlockProcessor.create(setup);
    for (const task of tasks) {
      signal?.throwIfAborted();
      yield (await processor.process(task)).block;
      // Lets a cancel in, and progress out.
      await setImmediate();
    }
    return;
  }
  await using pool = new BlockPool(setup, { size: Math.min(workers, tasks.length), entry });
  yield* pool.run(tasks, signal);
}

class BlockPool implements AsyncDisposable {
  readonly #workers: Worker[];
  readonly #finished = new Map<number, ProcessedBlock>();
  #failure: Error | null = null;
  #wake: () => void = () => undefined;
  #onAnswer: (worker: Worker) => void = () => undefined;

  constructor(setup: ItemSetup, { size, entry }: { size: number; entry: string }) {
    this.#workers = Array.from({ length: size }, () => {
      const worker = new Worker(entry, { workerData: setup, execArgv: [] });
      worker.on('message', (answer: WorkerAnswer) => this.#take(worker, answer));
      worker.once('error', (error) => this.#fail(died(error.message)));
      worker.once('exit', (code) => this.#fail(died(`exit code ${code}`)));
      return worker;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async *run(tasks: readonly BlockTask[], signal: AbortSignal | undefined): AsyncGenerator<ProcessedBlock> {
    const abort = (): void => this.#fail(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      let [sent, yielded] = [0, 0];
      const mostAhead = this.#workers.length * (queuedBlocks + 1);
      const send = (worker: Worker): void => {
        if (sent === tasks.length || sent - yielded >= mostAhead) return;
        worker.postMessage({ index: sent, task: tasks[sent] });
        sent += 1;
        this.#load.set(worker, (this.#load.get(worker) ?? 0) + 1);
      };
      const fill = (): void => {
        for (let round = 0; round < queuedBlocks; round++) {
          for (const worker of this.#workers) if ((this.#load.get(worker) ?? 0) <= round) send(worker);
        }
      };
      this.#onAnswer = fill;
      fill();
      while (yielded < tasks.length) {
        const block = await this.#next(yielded);
        yielded += 1;
        fill();
        yield block;
      }
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  readonly #load = new Map<Worker, number>();

  async #next(index: number): Promise<ProcessedBlock> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      const block = this.#finished.get(index);
      if (block !== undefined) {
        this.#finished.delete(index);
        return block;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #take(worker: Worker, answer: WorkerAnswer): void {
    if (!('block' in answer)) {
      this.#fail(new EngineError(answer.code, answer.detail, { retryable: answer.retryable }));
      return;
    }
    this.#load.set(worker, (this.#load.get(worker) ?? 1) - 1);
    this.#finished.set(answer.index, answer.block);
    this.#onAnswer(worker);
    this.#wake();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }
}

function ownEntry(): string {
  return createRequire(import.meta.url).resolve('@outcrop/engine/block-worker');
}

function died(how: string): EngineError {
  return new EngineError(
    'process-died',
    `A worker of the export ended by itself (${how}), perhaps for lack of memory.`,
    {
      retryable: true,
    },
  );
}
