import Database from 'better-sqlite3';

import { quoteIdentifier, sourceError } from '../source/geopackage-file.ts';
import type { SpatialIndex } from '../source/spatial-index.ts';
import type { Envelope } from '../features/geometry-array.ts';
import type { RegionIndex } from './region-index.ts';

/** The features whose box meets a region. */
export interface Candidates {
  /** In ascending order. */
  readonly ids: Float64Array;
  /** Of those, how many lie inside by their box alone. */
  readonly inside: number;
}

/** Asks a layer's R-tree which features may be in a region. Those outside by their box are never read. */
export function findCandidates(index: SpatialIndex, region: RegionIndex): Candidates {
  const database = new Database(index.path, { readonly: true });
  try {
    const [minX, minY, maxX, maxY] = region.envelope;
    const rows = database
      .prepare<[number, number, number, number], [number, number, number, number, number]>(
        `SELECT id, minx, miny, maxx, maxy FROM ${quoteIdentifier(index.table)}
         WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?`,
      )
      .raw()
      .iterate(minX, maxX, minY, maxY) as IterableIterator<[number, number, number, number, number]>;
    let ids = new Float64Array(4096);
    let [count, inside] = [0, 0];
    for (const [id, ...box] of rows) {
      const place = region.place(box as Envelope);
      if (place === 'out') continue;
      if (place === 'in') inside += 1;
      if (count === ids.length) {
        const larger = new Float64Array(count * 2);
        larger.set(ids);
        ids = larger;
      }
      ids[count++] = id;
    }
    return { ids: ids.slice(0, count).sort(), inside };
  } catch (error) {
    throw sourceError(error, index.path);
  } finally {
    database.close();
  }
}
