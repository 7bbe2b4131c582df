import Database from 'better-sqlite3';

import type { Envelope } from '../features/geometry-array.ts';
import { EngineError } from '../engine-error.ts';
import { quoteIdentifier } from './geopackage-file.ts';
import type { SpatialIndex } from './spatial-index.ts';

/** Bytes of a cell: an id of 64 bits, then least and greatest x, least and greatest y as 32-bit floats. */
const cellBytes = 24;
/** Bytes before the first cell: the tree's depth (in the root only), and the number of cells. */
const headBytes = 4;

/** A cell of a node: a feature and its box in a leaf, another node and the box of all below it elsewhere. */
export interface RtreeCell {
  readonly id: number;
  /** Rounded outwards to 32 bits. */
  readonly box: Envelope;
}

/**
 * Reads the nodes of an R-tree as SQLite stores them in the table `{name}_node`, which takes much less than a query that
 * returns each box, and lets whole branches be passed over.
 */
export class RtreeNodes implements Disposable {
  readonly #path: string;
  readonly #database: Database.Database;
  readonly #select: Database.Statement<[number], Buffer>;

  constructor({ path, table }: SpatialIndex) {
    this.#path = path;
    this.#database = new Database(path, { readonly: true });
    this.#select = this.#database
      .prepare<[number], Buffer>(`SELECT data FROM ${quoteIdentifier(`${table}_node`)} WHERE nodeno = ?`)
      .pluck();
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  /** The root: its number, and how many levels of nodes are below it. */
  root(): { readonly node: number; readonly depth: number } {
    return { node: 1, depth: this.#read(1).readUInt16BE(0) };
  }

  /** @throws EngineError `source-corrupt` where there is no such node. */
  *cells(node: number): Generator<RtreeCell> {
    const data = this.#read(node);
    const end = endOf(data);
    for (let at = headBytes; at < end; at += cellBytes) {
      const id = readId(data, at);
      const [minX, maxX] = [data.readFloatBE(at + 8), data.readFloatBE(at + 12)];
      const [minY, maxY] = [data.readFloatBE(at + 16), data.readFloatBE(at + 20)];
      yield { id, box: [minX, minY, maxX, maxY] };
    }
  }

  /**
   * The ids of a node's cells, where the boxes do not matter.
   *
   * @throws EngineError `source-corrupt` where there is no such node.
   */
  ids(node: number): number[] {
    const data = this.#read(node);
    const end = endOf(data);
    const ids: number[] = [];
    for (let at = headBytes; at < end; at += cellBytes) ids.push(readId(data, at));
    return ids;
  }

  #read(node: number): Buffer {
    const data = this.#select.get(node);
    if (data === undefined || data.length < headBytes || endOf(data) > data.length) throw this.#corrupt(node);
    return data;
  }

  #corrupt(node: number): EngineError {
    return new EngineError(
      'source-corrupt',
      `${this.#path}: node ${node} of its spatial index is damaged. Build the index anew, or restore the file from a copy.`,
    );
  }
}

/** Where a node's cells end. */
function endOf(node: Buffer): number {
  return headBytes + node.readUInt16BE(2) * cellBytes;
}

function readId(node: Buffer, at: number): number {
  return node.readInt32BE(at) * 2 ** 32 + node.readUInt32BE(at + 4);
}
