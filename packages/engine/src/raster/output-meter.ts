import { stat } from 'node:fs/promises';

import { findFormat } from '@outcrop/contract';

import { EngineError } from '../engine-error.ts';
import type { PlannedItem } from '../plan/plan.ts';
import { formatMaxBytes } from './format-limit.ts';

/** Adds up the progress and the bytes of the files of an item. */
export class OutputMeter {
  readonly #item: PlannedItem;
  readonly #shares: Float64Array;
  readonly #onProgress: (fraction: number, done: number) => void;
  #finished = 0;
  #bytes = 0;

  constructor(item: PlannedItem, files: number, onProgress: (fraction: number, done: number) => void) {
    this.#item = item;
    this.#shares = new Float64Array(files);
    this.#onProgress = onProgress;
  }

  /** A file has come so far, from 0 to 1. It does not go back. */
  tell(index: number, share: number): void {
    this.#shares[index] = Math.max(this.#shares[index]!, Math.min(share, 1));
    this.#report();
  }

  /**
   * A file is done.
   *
   * @throws EngineError `format-limit` where all files of the item are more than the format allows
   */
  async finish(index: number, path: string): Promise<void> {
    this.#finished += 1;
    this.#bytes += (await stat(path)).size;
    this.#shares[index] = 1;
    this.#report();
    const { kind, mimetype, layer } = this.#item;
    const limit = formatMaxBytes(mimetype, kind);
    if (limit === null || this.#bytes <= limit) return;
    const [size, allowed] = [this.#bytes, limit].map((bytes) => `${(bytes / 1e6).toPrecision(3)} MB`);
    const label = findFormat(mimetype)?.label ?? mimetype;
    throw new EngineError(
      'format-limit',
      `${layer.title} has come to ${size}; ${label} files may have ${allowed}. Choose a smaller area, a larger raster_resolution_multiplier, or another format.`,
    );
  }

  #report(): void {
    const sum = this.#shares.reduce((total, share) => total + share, 0);
    this.#onProgress(sum / this.#shares.length, this.#finished);
  }
}
