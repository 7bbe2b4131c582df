import Database from 'better-sqlite3';

import type { Envelope } from '../features/geometry-array.ts';
import { quoteIdentifier, sourceError } from '../source/geopackage-file.ts';
import type { SpatialIndex } from '../source/spatial-index.ts';

/** Some of the features whose boxes meet an envelope. */
export interface ShownIds {
  /** In ascending order. */
  readonly ids: Float64Array;
  /** How many there are in all; about so many where the layer has more than `mostRows`. */
  readonly total: number;
}

type Row = [id: number, minX: number, minY: number, maxX: number, maxY: number];

/** Rows that are looked at: of larger layers, every second, third, ... row stands for all. */
const mostRows = 500_000;

/**
 * Chooses at most `limit` features so that a map of them looks like a map of all: the largest of each cell of a grid
 * first, which keeps what is rare, then evenly from the rest, which keeps what is dense. Deterministic.
 */
export function chooseShown(
  index: SpatialIndex,
  envelope: Envelope,
  options: { readonly limit: number; readonly featureCount: number },
): ShownIds {
  const { limit, featureCount } = options;
  const database = new Database(index.path, { readonly: true });
  try {
    const step = Math.max(1, Math.ceil(featureCount / mostRows));
    const chosen = new CellWinners(envelope, limit);
    let rows = 0;
    for (const row of rowsIn(database, index, { envelope, step })) {
      rows += 1;
      chosen.offer(row);
    }
    const ids = chosen.all ?? [...chosen.winners()];
    if (ids.length < Math.min(limit, rows)) {
      fill(ids, rowsIn(database, index, { envelope, step }), { limit, rows });
    }
    return { ids: Float64Array.from(ids).sort(), total: rows * step };
  } catch (error) {
    throw sourceError(error, index.path);
  } finally {
    database.close();
  }
}

/** Adds features evenly from all, until there are as many as wanted. */
function fill(
  ids: number[],
  rows: Iterable<Row>,
  wanted: { readonly limit: number; readonly rows: number },
): void {
  const taken = new Set(ids);
  const share = (wanted.limit - ids.length) / Math.max(1, wanted.rows - ids.length);
  for (const [id] of rows) {
    if (ids.length >= wanted.limit) break;
    if (!taken.has(id) && scatter(id) < share) ids.push(id);
  }
}

function rowsIn(
  database: Database.Database,
  index: SpatialIndex,
  { envelope, step }: { envelope: Envelope; step: number },
): IterableIterator<Row> {
  const every = step === 1 ? '' : ` AND id % ${step} = 0`;
  const [minX, minY, maxX, maxY] = envelope;
  return database
    .prepare<[number, number, number, number], Row>(
      `SELECT id, minx, miny, maxx, maxy FROM ${quoteIdentifier(index.table)}
       WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?${every}`,
    )
    .raw()
    .iterate(minX, maxX, minY, maxY) as unknown as IterableIterator<Row>;
}

/** The largest feature of each cell, and all features as long as they are few. */
class CellWinners {
  /** Null once there are more than the limit. */
  all: number[] | null = [];
  readonly #limit: number;
  readonly #side: number;
  readonly #envelope: Envelope;
  readonly #best = new Map<number, { id: number; size: number }>();

  constructor(envelope: Envelope, limit: number) {
    this.#envelope = envelope;
    this.#limit = limit;
    this.#side = Math.max(1, Math.floor(Math.sqrt(limit)));
  }

  offer([id, minX, minY, maxX, maxY]: Row): void {
    if (this.all !== null) {
      this.all.push(id);
      if (this.all.length > this.#limit) this.all = null;
    }
    const column = this.#place((minX + maxX) / 2, this.#envelope[0], this.#envelope[2]);
    const row = this.#place((minY + maxY) / 2, this.#envelope[1], this.#envelope[3]);
    const cell = row * this.#side + column;
    const size = maxX - minX + (maxY - minY);
    const best = this.#best.get(cell);
    if (best === undefined || size > best.size) this.#best.set(cell, { id, size });
  }

  *winners(): Generator<number> {
    for (const { id } of this.#best.values()) yield id;
  }

  #place(value: number, least: number, most: number): number {
    const share = most > least ? (value - least) / (most - least) : 0;
    return Math.min(this.#side - 1, Math.max(0, Math.floor(share * this.#side)));
  }
}

/** A number from 0 to 1 that looks random and is always the same for an id (a step of SplitMix32). */
function scatter(id: number): number {
  let mixed = Math.imul(id ^ (id >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000;
}
