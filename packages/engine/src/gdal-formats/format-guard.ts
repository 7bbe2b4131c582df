import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { EngineError } from '../engine-error.ts';
import { formatLimitError } from '../formats/format-limit.ts';

/** How often a product that grows is measured. */
const measureEveryMs = 250;

/** What a guard watches. */
export interface GuardOptions {
  readonly label: string;
  /** Folder of the product and nothing else. */
  readonly folder: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Stops what writes a product when the product grows beyond its format's limit, or when the run is cancelled, or when
 * it is over.
 */
export class FormatGuard implements Disposable {
  readonly #options: GuardOptions;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | null;
  readonly #cancel = (): void => this.#controller.abort(this.#options.signal?.reason);

  constructor(options: GuardOptions) {
    this.#options = options;
    options.signal?.addEventListener('abort', this.#cancel, { once: true });
    if (options.signal?.aborted === true) this.#cancel();
    const isLimited = Number.isFinite(options.maxBytes);
    this.#timer = isLimited ? setInterval(() => this.#measure(), measureEveryMs).unref() : null;
  }

  /** Aborts with the reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** @throws EngineError `format-limit` where the product is larger than its format can be. */
  check(): void {
    this.#measure();
    this.#controller.signal.throwIfAborted();
  }

  /** @throws EngineError `format-limit` where a layer has more rows than its format can have. */
  checkRows(sets: readonly { readonly count: number }[], maxRows = Infinity): void {
    const most = Math.max(...sets.map(({ count }) => count));
    if (most <= maxRows) return;
    throw new EngineError(
      'format-limit',
      `${this.#options.label} holds at most ${maxRows.toLocaleString('en')} rows; these are more. Choose a smaller area or another format.`,
    );
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#cancel);
    this.#controller.abort(new Error('The export is over.'));
  }

  #measure(): void {
    const { label, folder, maxBytes } = this.#options;
    const bytes = folderBytes(folder);
    if (bytes > maxBytes) this.#controller.abort(formatLimitError(label, bytes, maxBytes));
  }
}

/** Bytes of all files in a folder and below. A file that goes away meanwhile counts nothing. */
function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    return sum + (stats?.isFile() === true ? stats.size : 0);
  }, 0);
}
