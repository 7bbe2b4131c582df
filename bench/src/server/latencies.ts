import type { TimedAnswer } from './http-load.ts';

/** What requests of one kind took, and how many of them failed. */
export class Latencies {
  readonly #times: number[] = [];
  readonly #errors = new Map<string, number>();

  /** Counts an answer; one of another status is an error, and its time does not count. */
  async measure(answer: Promise<TimedAnswer>, status: number): Promise<TimedAnswer | null> {
    try {
      const timed = await answer;
      if (timed.status === status) {
        this.#times.push(timed.ms);
        return timed;
      }
      this.#fail(`HTTP ${timed.status}`);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
    return null;
  }

  /** A row of the table: requests, requests a second, milliseconds at the median, the 99th of 100 and the slowest, errors. */
  row(title: string, seconds: number): string {
    const sorted = this.#times.toSorted((a, b) => a - b);
    const at = (share: number): string =>
      (sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? NaN).toFixed(1);
    const errors = [...this.#errors].map(([what, count]) => `${count} (${what})`).join(', ') || '0';
    const rate = (sorted.length / seconds).toFixed(0);
    return `| ${title} | ${sorted.length} | ${rate} | ${at(0.5)} | ${at(0.99)} | ${at(1)} | ${errors} |`;
  }

  #fail(what: string): void {
    this.#errors.set(what, (this.#errors.get(what) ?? 0) + 1);
  }
}
