import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

import { EngineError } from '../engine-error.ts';
import type { RegionInspection, RegionInspectionRequest } from './inspect-region.ts';
import type { LayerPreview, PreviewRequest } from './layer-preview.ts';
import type { PreviewAnswer, PreviewTask } from './preview-message.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Previews layers, regions and the list of CRSs in a thread of its own, apart from checks and exports, so that none
 * waits for a map. The thread starts with the first task and keeps no process alive.
 */
export class PreviewThread {
  #worker: Worker | null = null;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;

  /** @throws EngineError where the source cannot be read. */
  async previewLayer(request: PreviewRequest): Promise<LayerPreview> {
    return (await this.#run({ type: 'preview', request })) as LayerPreview;
  }

  /** @throws EngineError where GEOS cannot read the polygons. */
  async inspectRegion(request: RegionInspectionRequest): Promise<RegionInspection> {
    return (await this.#run({ type: 'region', request })) as RegionInspection;
  }

  /** Every CRS that exports can be in: JSON, an array of `CrsEntry`. */
  async crsList(): Promise<string> {
    return (await this.#run({ type: 'crs-list' })) as string;
  }

  #run(task: PreviewTask): Promise<unknown> {
    const worker = (this.#worker ??= this.#start());
    const id = this.#next++;
    worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, task });
    });
  }

  #start(): Worker {
    const entry = createRequire(import.meta.url).resolve('@outcrop/engine/preview-thread');
    const worker = new Worker(entry, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 512 } });
    worker.on('message', (answer: PreviewAnswer) => this.#settle(worker, answer));
    worker.once('error', (error) => this.#fail(error));
    worker.once('exit', (code) =>
      this.#fail(new EngineError('process-died', `The thread of previews ended (${code}).`)),
    );
    return worker;
  }

  #settle(worker: Worker, answer: PreviewAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) worker.unref();
    if ('value' in answer) waiting?.resolve(answer.value);
    else
      waiting?.reject(
        answer.code === null ? new Error(answer.detail) : new EngineError(answer.code, answer.detail),
      );
  }

  #fail(error: Error): void {
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
