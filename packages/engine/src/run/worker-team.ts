import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';

import type { FailureCode } from '@outcrop/contract';

import { EngineError } from '../engine-error.ts';
import type { ExportRequest, RequestedItem } from '../plan/request.ts';
import type { BlockTask, ItemSetup, ProcessedBlock } from './block-task.ts';

/** What a worker is sent: an item to prepare for, then its blocks; at last nothing more. */
export type WorkerMessage =
  | { readonly isLast: true }
  | { readonly setup: ItemSetup }
  | { readonly index: number; readonly task: BlockTask };

/** What may come, for a worker to load before it is asked. */
export interface ExpectedWork {
  readonly mimetypes: readonly string[];
  readonly isCropped: boolean;
}

/** What a worker is started with. */
export interface WorkerStart {
  /** Set where it is to begin no other block. */
  readonly stop: Int32Array;
  readonly expected: ExpectedWork;
}

/** What a worker answers to each block. */
export type WorkerAnswer =
  | { readonly index: number; readonly block: ProcessedBlock }
  | {
      readonly index: number;
      readonly code: FailureCode;
      readonly detail: string;
      readonly retryable: boolean;
    };

/** Who is told what comes from the workers. */
export interface TeamListener {
  /** A worker has finished a block. */
  onBlock(worker: number, index: number, block: ProcessedBlock): void;
  /** A block has failed, or a worker has ended by itself. */
  onFailure(error: EngineError): void;
}

/**
 * Worker threads that convert blocks, for one item after the other. They load their program as soon as the team is
 * made, so that it is there when the first item has been planned.
 */
export class WorkerTeam implements AsyncDisposable {
  readonly #workers: readonly Worker[];
  /** Set where the workers are to begin no other block. */
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  #listener: TeamListener | null = null;
  #failure: EngineError | null = null;

  /** @param options.entry the workers' program; ours where absent */
  constructor(size: number, { entry = ownEntry(), expected = nothingKnown }: TeamOptions = {}) {
    // Each thread optimises its own code, at once: helpers would take the cores from the threads, and these run slow code meanwhile.
    setFlagsFromString('--no-concurrent-recompilation');
    this.#workers = Array.from({ length: size }, (_, number) => {
      const start: WorkerStart = { stop: this.#stop, expected };
      const worker = new Worker(entry, { execArgv: [], workerData: start });
      // A team that waits for work keeps no process alive.
      worker.unref();
      worker.on('message', (answer: WorkerAnswer) => this.#take(number, answer));
      worker.once('error', (error) => this.#fail(died(error.message)));
      worker.once('exit', (code) => this.#fail(died(`exit code ${code}`)));
      return worker;
    });
  }

  get size(): number {
    return this.#workers.length;
  }

  /**
   * Ends the threads: after the block that they are at, or in the middle of it where that takes too long. A thread that
   * is ended while native code is about to report an error takes the process with it, so this is the exception.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener = null;
    Atomics.store(this.#stop, 0, 1);
    await Promise.all(this.#workers.map(endWorker));
  }

  /** Prepares for an item; what comes from now on is told to its listener. */
  begin(setup: ItemSetup, listener: TeamListener): void {
    this.#listener = listener;
    for (const worker of this.#workers) {
      worker.ref();
      worker.postMessage({ setup } satisfies WorkerMessage);
    }
    if (this.#failure !== null) listener.onFailure(this.#failure);
  }

  /** The item is done: nobody waits for the workers until the next. */
  end(): void {
    this.#listener = null;
    for (const worker of this.#workers) worker.unref();
  }

  /** Hands a block of the item to a worker, which does them in the order in which it gets them. */
  send(worker: number, index: number, task: BlockTask): void {
    this.#workers[worker]!.postMessage({ index, task } satisfies WorkerMessage);
  }

  #take(worker: number, answer: WorkerAnswer): void {
    if ('block' in answer) this.#listener?.onBlock(worker, answer.index, answer.block);
    else this.#fail(new EngineError(answer.code, answer.detail, { retryable: answer.retryable }));
  }

  #fail(error: EngineError): void {
    this.#failure ??= error;
    this.#listener?.onFailure(error);
  }
}

interface TeamOptions {
  readonly entry?: string | undefined;
  readonly expected?: ExpectedWork;
}

const nothingKnown: ExpectedWork = { mimetypes: [], isCropped: false };

/** Files with fewer bytes have too few blocks to share out. */
const sharedBytes = 18_000_000;

/**
 * Starts the threads of a run before its plan is made, as many as there are cores or as asked, if it may need them: they are
 * ready by then, with what its formats and its crop need. Null where all is done in the caller's own thread, or threads would better be started when they are needed.
 */
export function startWorkers(
  { items, formats, region }: Pick<ExportRequest, 'items' | 'formats' | 'region'>,
  count: number = availableParallelism(),
): WorkerTeam | null {
  const isLarge = items.some(({ layer }) => isLargeTable(layer.source));
  const expected = { mimetypes: Object.values(formats), isCropped: region !== null };
  return count < 2 || !isLarge ? null : new WorkerTeam(count, { expected });
}

function isLargeTable(source: RequestedItem['layer']['source']): boolean {
  if (!('table' in source) || !('path' in source)) return false;
  return (statSync(source.path, { throwIfNoEntry: false })?.size ?? 0) >= sharedBytes;
}

/** A cancel has to be over within 200 ms. */
const mostPatienceMs = 120;

async function endWorker(worker: Worker): Promise<void> {
  // One that has ended already has no thread any more.
  if (worker.threadId < 0) return;
  const ended = new Promise<void>((resolve) => void worker.once('exit', () => resolve()));
  worker.postMessage({ isLast: true } satisfies WorkerMessage);
  const late = setTimeout(() => void worker.terminate(), mostPatienceMs);
  await ended;
  clearTimeout(late);
}

function ownEntry(): string {
  return createRequire(import.meta.url).resolve('@outcrop/engine/block-worker');
}

function died(how: string): EngineError {
  return new EngineError(
    'process-died',
    `A worker of the export ended by itself (${how}), perhaps for lack of memory.`,
    { retryable: true },
  );
}
