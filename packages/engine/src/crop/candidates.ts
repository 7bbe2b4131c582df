import { sourceError } from '../source/geopackage-file.ts';
import { RtreeNodes } from '../source/rtree-nodes.ts';
import type { SpatialIndex } from '../source/spatial-index.ts';
import type { RegionPlaces } from './region-places.ts';

/** The features whose box meets a region. */
export interface Candidates {
  /** In ascending order. */
  readonly ids: Float64Array;
  /** Of those, how many lie inside by their box alone. */
  readonly inside: number;
}

/**
 * Asks a layer's R-tree which features may be in a region. Those outside by their box are never read, and branches that
 * are wholly outside or inside are not looked at box by box.
 *
 * @throws EngineError `source-unavailable` | `source-corrupt`
 */
export function findCandidates(index: SpatialIndex, region: RegionPlaces): Candidates {
  try {
    using nodes = new RtreeNodes(index);
    const search = new Search(nodes, region);
    const { node, depth } = nodes.root();
    search.visit(node, depth);
    return search.found();
  } catch (error) {
    throw sourceError(error, index.path);
  }
}

class Search {
  readonly #nodes: RtreeNodes;
  readonly #region: RegionPlaces;
  #ids = new Float64Array(4096);
  #count = 0;
  #inside = 0;

  constructor(nodes: RtreeNodes, region: RegionPlaces) {
    this.#nodes = nodes;
    this.#region = region;
  }

  /** @param depth levels of nodes below this one: a damaged tree that leads around in a circle comes to an end too */
  visit(node: number, depth: number): void {
    for (const { id, box } of this.#nodes.cells(node)) {
      const place = this.#region.place(box);
      if (place === 'out') continue;
      if (depth === 0) this.#add(id, place === 'in');
      else if (place === 'in') this.#takeAll(id, depth - 1);
      else this.visit(id, depth - 1);
    }
  }

  /** Takes what is below a node that lies inside as a whole. */
  #takeAll(node: number, depth: number): void {
    for (const id of this.#nodes.ids(node)) {
      if (depth === 0) this.#add(id, true);
      else this.#takeAll(id, depth - 1);
    }
  }

  found(): Candidates {
    return { ids: this.#ids.slice(0, this.#count).sort(), inside: this.#inside };
  }

  #add(id: number, isInside: boolean): void {
    if (isInside) this.#inside += 1;
    if (this.#count === this.#ids.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#ids);
      this.#ids = larger;
    }
    this.#ids[this.#count++] = id;
  }
}
