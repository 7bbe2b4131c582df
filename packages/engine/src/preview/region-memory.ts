import { RecentResults } from '../recent-results.ts';
import type { PlacedFeatures } from './place-features.ts';

/** What a region does to a layer; `nowhere` where it is not near its data, or cannot be used. */
export type Placed = PlacedFeatures | 'nowhere';

/** As many as a person looks at together. */
const most = 6;

/** Remembers what the last regions do to layers, by layer, version and region: moving a map must not count everything anew. */
export class RegionMemory<Found = Placed> extends RecentResults<Found> {
  constructor() {
    super(most);
  }
}
