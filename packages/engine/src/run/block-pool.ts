import { setImmediate } from 'node:timers/promises';

import type { BlockTask, ItemSetup, ProcessedBlock } from './block-task.ts';
import type { WorkerTeam } from './worker-team.ts';

/** How blocks are shared out. */
export interface PoolOptions {
  /** The workers, asked for where they are worth it; null to do everything in this thread. */
  readonly team: (() => WorkerTeam) | null;
  readonly signal: AbortSignal | undefined;
}

/** With fewer blocks than this, handing them over takes longer than doing them. */
const fewBlocks = 3;
/** Blocks that a worker has or is about to get: one to work on and one to go on with. */
const queuedBlocks = 2;

/**
 * Processes blocks in worker threads and yields them in order. A bounded number is under way or waiting to be taken, so
 * memory does not grow with the number of blocks. The team can go on with another item only if all blocks were taken;
 * whoever made it ends it.
 *
 * @throws EngineError of the first block that fails, `process-died` where a worker does; on abort, `signal.reason`.
 */
export async function* processBlocks(
  setup: ItemSetup,
  tasks: readonly BlockTask[],
  { team, signal }: PoolOptions,
): AsyncGenerator<ProcessedBlock> {
  signal?.throwIfAborted();
  if (team !== null && tasks.length >= fewBlocks) {
    yield* new BlockPool(team()).run(setup, tasks, signal);
    return;
  }
  const { BlockProcessor } = await import('./block-processor.ts');
  using processor = await BlockProcessor.create(setup);
  for (const task of tasks) {
    signal?.throwIfAborted();
    yield (await processor.process(task)).block;
    // Lets a cancel in, and progress out.
    await setImmediate();
  }
}

class BlockPool {
  readonly #team: WorkerTeam;
  /** Blocks that each worker has been sent and not answered. */
  readonly #load: number[];
  readonly #finished = new Map<number, ProcessedBlock>();
  #failure: Error | null = null;
  #wake: () => void = () => undefined;

  constructor(team: WorkerTeam) {
    this.#team = team;
    this.#load = Array.from({ length: team.size }, () => 0);
  }

  async *run(
    setup: ItemSetup,
    tasks: readonly BlockTask[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ProcessedBlock> {
    const abort = (): void => this.#fail(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      let [sent, yielded] = [0, 0];
      const mostAhead = this.#team.size * (queuedBlocks + 1);
      const fill = (): void => {
        for (let round = 0; round < queuedBlocks; round++) {
          for (const [worker, load] of this.#load.entries()) {
            if (load > round || sent === tasks.length || sent - yielded >= mostAhead) continue;
            this.#team.send(worker, sent, tasks[sent]!);
            this.#load[worker] = load + 1;
            sent += 1;
          }
        }
      };
      this.#team.begin(setup, {
        onBlock: (worker, index, block) => {
          this.#load[worker]! -= 1;
          this.#finished.set(index, block);
          fill();
          this.#wake();
        },
        onFailure: (error) => this.#fail(error),
      });
      fill();
      while (yielded < tasks.length) {
        const block = await this.#next(yielded);
        yielded += 1;
        fill();
        yield block;
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#team.end();
    }
  }

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

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }
}
