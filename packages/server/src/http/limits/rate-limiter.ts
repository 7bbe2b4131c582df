/** How often something may be done by one asker. */
export interface RateBudget {
  /** In the long run. */
  readonly perMinute: number;
  /** At once, after a time of rest. */
  readonly burst: number;
}

/** Askers that are remembered; of more, those that were silent longest are forgotten, and begin afresh. */
const mostKeys = 50_000;

/**
 * The generic cell rate algorithm (ITU-T I.371, annex A): for each asker one number, the time at which what it has done so far
 * will have been paid for. Unlike a count by the minute it lets nobody have two minutes' worth at the turn of one.
 */
export class RateLimiter {
  readonly #intervalMs: number;
  readonly #toleranceMs: number;
  readonly #now: () => number;
  readonly #paidAt = new Map<string, number>();

  /** @param now milliseconds of a clock that never goes back. */
  constructor({ perMinute, burst }: RateBudget, now: () => number) {
    this.#intervalMs = 60_000 / perMinute;
    this.#toleranceMs = this.#intervalMs * burst;
    this.#now = now;
  }

  /** How many askers are remembered. */
  get size(): number {
    return this.#paidAt.size;
  }

  /** Milliseconds until the asker may do it again; 0 for now. */
  waitMs(key: string): number {
    return Math.max(0, this.#next(key) - this.#toleranceMs - this.#now());
  }

  /** Does it once, if that is allowed now: gives 0, or the milliseconds until it is. */
  take(key: string): number {
    const waitMs = this.waitMs(key);
    if (waitMs > 0) return waitMs;
    const next = this.#next(key);
    this.#paidAt.delete(key);
    this.#paidAt.set(key, next);
    const [oldest] = this.#paidAt.keys();
    if (this.#paidAt.size > mostKeys && oldest !== undefined) this.#paidAt.delete(oldest);
    return 0;
  }

  #next(key: string): number {
    return Math.max(this.#paidAt.get(key) ?? 0, this.#now()) + this.#intervalMs;
  }
}
