/** Results that were asked for last, by a key of all that they depend on. Failures are forgotten. */
export class RecentResults<Found> {
  readonly #most: number;
  readonly #known = new Map<string, Promise<Found>>();

  /** @param most results that are kept; of more, those that were not asked for the longest are forgotten. */
  constructor(most: number) {
    this.#most = most;
  }

  /** What was found before, or is found now. */
  recall(key: string, find: () => Promise<Found>): Promise<Found> {
    const known = this.#known.get(key);
    const found = known ?? find();
    this.#known.delete(key);
    this.#known.set(key, found);
    if (known === undefined) found.catch(() => this.#known.delete(key));
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#most && oldest !== undefined) this.#known.delete(oldest);
    return found;
  }
}
