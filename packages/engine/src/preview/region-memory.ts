import type { Region } from '../plan/request.ts';
import type { GeoPackageTable } from '../source/layer.ts';
import type { PlacedFeatures } from './place-features.ts';

/** What a region does to a layer; `nowhere` where it is not near its data, or cannot be used. */
export type Placed = PlacedFeatures | 'nowhere';

/** As many as a person looks at together. */
const most = 6;

/** Remembers what the last regions do to layers: moving a map must not count everything anew. */
export class RegionMemory {
  readonly #known = new Map<string, Promise<Placed>>();

  /** What was found before, or is found now. */
  recall(
    { source, version, region }: { source: GeoPackageTable; version: number; region: Region },
    find: () => Promise<Placed>,
  ): Promise<Placed> {
    const key = JSON.stringify([source.path, source.table, version, region.geometry]);
    const known = this.#known.get(key) ?? find();
    this.#known.delete(key);
    this.#known.set(key, known);
    known.catch(() => this.#known.delete(key));
    const [oldest] = this.#known.keys();
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }
}
