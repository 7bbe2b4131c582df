import type { PlacedFeatures } from './place-features.ts';

/** What a region does to a layer; `nowhere` where it is not near its data, or cannot be used. */
export type Placed = PlacedFeatures | 'nowhere';

/** As many as a person looks at together. */
const most = 6;

/** Remembers what the last regions do to layers: moving a map must not count everything anew. */
export class RegionMemory<Found = Placed> {
  readonly #known = new Map<string, Promise<Found>>();

  /** What was found before of a layer, its version and a region, or is found now. */
  recall(key: string, find: () => Promise<Found>): Promise<Found> {
    const known = this.#known.get(key) ?? find();
    this.#known.delete(key);
    this.#known.set(key, known);
    known.catch(() => this.#known.delete(key));
    const [oldest] = this.#known.keys();
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }
}
