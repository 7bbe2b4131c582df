import { address } from '../routes.ts';
import { keepLastDraft } from './last-draft.ts';

/** Browsers stop pages that change their address hundreds of times in a row, as dragging a corner would. */
const pauseMs = 200;

/** Writes the draft into the browser's address: at once, but not more often than every fifth of a second. */
export class AddressWriter {
  /** What was written last: that the address has it is no news. */
  written: string | null = null;
  #writtenAt = 0;
  #timer = 0;

  /** A step can be gone back over; other changes only replace the address. */
  write(query: string, isStep: boolean): void {
    clearTimeout(this.#timer);
    const wait = this.#writtenAt + pauseMs - performance.now();
    if (isStep || wait <= 0) return this.#put(query, isStep);
    this.#timer = window.setTimeout(() => this.#put(query, false), wait);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #put(query: string, isStep: boolean): void {
    this.#writtenAt = performance.now();
    this.written = query;
    keepLastDraft(query);
    const target = address('') + query;
    if (isStep) history.pushState(null, '', target);
    else history.replaceState(null, '', target);
  }
}
