import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

import { EngineError } from '../engine-error.ts';
import type { RegionInspection, RegionInspectionRequest } from './inspect-region.ts';
import type { LayerPreview, PreviewRequest } from './layer-preview.ts';
import type { PreviewAnswer, PreviewTask } from './preview-message.ts';

interface Waiting {
  readonly task: PreviewTask;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Previews layers, regions and the list of CRSs in a thread of its own, apart from checks and exports, so that none
 * waits for a map. The thread starts with the first task and keeps no process alive.
 */
export class PreviewThread {
  #worker: Worker | null = null;
  /** The first is being worked on. Kept here rather than in the thread, so that what nobody waits for any more is left out. */
  readonly #queue: Waiting[] = [];

  /** @throws EngineError where the source cannot be read. */
  async previewLayer(request: PreviewRequest, signal?: AbortSignal): Promise<LayerPreview> {
    return (await this.#run({ type: 'preview', request }, signal)) as LayerPreview;
  }

  /** @throws EngineError where GEOS cannot read the polygons. */
  async inspectRegion(request: RegionInspectionRequest, signal?: AbortSignal): Promise<RegionInspection> {
    return (await this.#run({ type: 'region', request }, signal)) as RegionInspection;
  }

  /** Every CRS that exports can be in: JSON, an array of `CrsEntry`. */
  async crsList(): Promise<string> {
    return (await this.#run({ type: 'crs-list' })) as string;
  }

  #run(task: PreviewTask, signal?: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, signal, resolve, reject });
      if (this.#queue.length === 1) this.#next();
    });
  }

  /** Hands the first task to the thread, after those that were given up. */
  #next(): void {
    while (this.#queue[0]?.signal?.aborted === true) {
      this.#queue.shift()?.reject(new DOMException('given up', 'AbortError'));
    }
    const [first] = this.#queue;
    if (first === undefined) {
      this.#worker?.unref();
      return;
    }
    const worker = (this.#worker ??= this.#start());
    worker.ref();
    worker.postMessage(first.task);
  }

  #start(): Worker {
    const entry = createRequire(import.meta.url).resolve('@outcrop/engine/preview-thread');
    const worker = new Worker(entry, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 512 } });
    worker.on('message', (answer: PreviewAnswer) => this.#settle(answer));
    worker.once('error', (error) => this.#fail(worker, error));
    worker.once('exit', (code) =>
      this.#fail(worker, new EngineError('process-died', `The thread of previews ended (${code}).`)),
    );
    return worker;
  }

  #settle(answer: PreviewAnswer): void {
    const first = this.#queue.shift();
    if ('value' in answer) first?.resolve(answer.value);
    else if (answer.code === null) first?.reject(new Error(answer.detail));
    else first?.reject(new EngineError(answer.code, answer.detail));
    this.#next();
  }

  /** A thread that dies says so twice; by the second time there may be another. */
  #fail(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const { reject } of this.#queue.splice(0)) reject(error);
  }
}
