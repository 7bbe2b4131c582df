import type Database from 'better-sqlite3';

import type { Envelope } from '../features/geometry-array.ts';
import { quoteIdentifier } from '../source/geopackage-file.ts';
import { hilbertOrder } from './hilbert-order.ts';

/** Cells of a node as SQLite makes them for pages of 4096 bytes: 51 cells of 24 bytes behind 4 bytes of header. */
const cellsPerNode = 51;
const cellBytes = 24;
const nodeHeaderBytes = 4;
const nodeBytes = nodeHeaderBytes + cellsPerNode * cellBytes;
/** Neighbouring 32-bit floats are so far apart, relatively. */
const floatStep = 1 / 8_388_608;
const rootNode = 1;

/**
 * Collects the boxes of a layer and writes them as an R-tree of SQLite's, packed bottom-up in the order of a Hilbert
 * curve: every node is full and no box is ever inserted into a growing tree (SQLite R-Tree module, "shadow tables").
 */
export class PackedRtree {
  #ids = new Float64Array(4096);
  /** minX maxX minY maxY of each, as 32-bit floats rounded outwards. */
  #boxes = new Float32Array(4 * 4096);
  #count = 0;
  readonly #envelope = [Infinity, Infinity, -Infinity, -Infinity];

  /** Of all boxes, unrounded; null where there is none. */
  get envelope(): Envelope | null {
    return this.#count === 0 ? null : (this.#envelope as unknown as Envelope);
  }

  /** Adds features in ascending order of their ids; boxes are minX minY maxX maxY. */
  add(ids: Float64Array, boxes: Float64Array): void {
    this.#require(ids.length);
    this.#ids.set(ids, this.#count);
    const envelope = this.#envelope as [number, number, number, number];
    for (let k = 0, to = this.#count * 4; k < boxes.length; k += 4, to += 4) {
      const minX = boxes[k]!;
      const minY = boxes[k + 1]!;
      const maxX = boxes[k + 2]!;
      const maxY = boxes[k + 3]!;
      this.#boxes[to] = roundDown(minX);
      this.#boxes[to + 1] = roundUp(maxX);
      this.#boxes[to + 2] = roundDown(minY);
      this.#boxes[to + 3] = roundUp(maxY);
      if (minX < envelope[0]) envelope[0] = minX;
      if (minY < envelope[1]) envelope[1] = minY;
      if (maxX > envelope[2]) envelope[2] = maxX;
      if (maxY > envelope[3]) envelope[3] = maxY;
    }
    this.#count += ids.length;
  }

  /** Creates the virtual table of a name and fills its shadow tables. Runs inside the caller's transaction. */
  write(database: Database.Database, name: string): void {
    database.exec(`CREATE VIRTUAL TABLE ${quoteIdentifier(name)} USING rtree(id, minx, maxx, miny, maxy)`);
    if (this.#count === 0) return;
    // Shadow tables are protected from everyone but their module, unless one says that one knows.
    database.unsafeMode(true);
    try {
      new TreeWriter(database, name, { ids: this.#ids, boxes: this.#boxes, count: this.#count }).write(
        this.#order(),
      );
    } finally {
      database.unsafeMode(false);
    }
  }

  /** Features along the curve, as positions in `#ids`. */
  #order(): Uint32Array {
    const boxes = this.#boxes;
    return hilbertOrder({
      count: this.#count,
      envelope: this.#envelope as unknown as Envelope,
      centreX: (k) => (boxes[k * 4]! + boxes[k * 4 + 1]!) / 2,
      centreY: (k) => (boxes[k * 4 + 2]! + boxes[k * 4 + 3]!) / 2,
    });
  }

  #require(more: number): void {
    const needed = this.#count + more;
    if (needed <= this.#ids.length) return;
    const size = Math.max(needed, this.#ids.length * 2);
    const [ids, boxes] = [new Float64Array(size), new Float32Array(size * 4)];
    ids.set(this.#ids.subarray(0, this.#count));
    boxes.set(this.#boxes.subarray(0, this.#count * 4));
    this.#ids = ids;
    this.#boxes = boxes;
  }
}

/** The boxes of features, or of the nodes of a level. */
interface Boxes {
  readonly boxes: Float32Array;
  readonly count: number;
}

class TreeWriter {
  readonly #node: Database.Statement;
  readonly #parent: Database.Statement;
  readonly #rowid: Database.Statement;
  readonly #features: Boxes & { readonly ids: Float64Array };

  constructor(database: Database.Database, name: string, features: Boxes & { readonly ids: Float64Array }) {
    const shadow = (suffix: string): string => quoteIdentifier(`${name}_${suffix}`);
    this.#node = database.prepare(`INSERT OR REPLACE INTO ${shadow('node')} VALUES (?, ?)`);
    this.#parent = database.prepare(`INSERT INTO ${shadow('parent')} VALUES (?, ?)`);
    this.#rowid = database.prepare(`INSERT INTO ${shadow('rowid')} VALUES (?, ?)`);
    this.#features = features;
  }

  write(order: Uint32Array): void {
    const { ids, boxes, count } = this.#features;
    const leafOf = new Uint32Array(count);
    const isSingle = count <= cellsPerNode;
    let level = this.#writeLevel(
      { boxes, count },
      {
        depth: 0,
        firstNode: isSingle ? rootNode : rootNode + 1,
        cellAt: (k) => order[k]!,
        idOf: (cell) => ids[cell]!,
        onCell: (cell, node) => (leafOf[cell] = node),
      },
    );
    for (let k = 0; k < count; k++) this.#rowid.run(ids[k], leafOf[k]);
    let firstNode = rootNode + 1;
    for (let depth = 1; level.count > 1; depth++) {
      const below = { ...level, firstNode };
      const next = firstNode + level.count;
      level = this.#writeLevel(below, {
        depth,
        firstNode: level.count <= cellsPerNode ? rootNode : next,
        cellAt: (k) => k,
        idOf: (cell) => below.firstNode + cell,
        onCell: (cell, node) => this.#parent.run(below.firstNode + cell, node),
      });
      firstNode = next;
    }
  }

  /** Writes the nodes over some cells, 51 to each; returns their boxes. */
  #writeLevel(cells: Boxes, options: LevelOptions): Boxes {
    const count = Math.ceil(cells.count / cellsPerNode);
    const boxes = new Float32Array(count * 4);
    const bytes = Buffer.alloc(nodeBytes);
    for (let node = 0; node < count; node++) {
      const first = node * cellsPerNode;
      const end = Math.min(first + cellsPerNode, cells.count);
      const nodeNumber = options.firstNode + node;
      bytes.fill(0);
      if (nodeNumber === rootNode) bytes.writeUInt16BE(options.depth, 0);
      bytes.writeUInt16BE(end - first, 2);
      const box = [Infinity, -Infinity, Infinity, -Infinity];
      for (let k = first; k < end; k++) {
        const cell = options.cellAt(k);
        writeCell(bytes, nodeHeaderBytes + (k - first) * cellBytes, {
          id: options.idOf(cell),
          boxes: cells.boxes,
          cell,
          box,
        });
        options.onCell(cell, nodeNumber);
      }
      boxes.set(box, node * 4);
      this.#node.run(nodeNumber, bytes);
    }
    return { boxes, count };
  }
}

/** Which cells a level has, in which order. */
interface LevelOptions {
  readonly depth: number;
  readonly firstNode: number;
  readonly cellAt: (k: number) => number;
  readonly idOf: (cell: number) => number;
  readonly onCell: (cell: number, node: number) => void;
}

/** Writes a cell and widens the node's box (minX maxX minY maxY) by it. */
function writeCell(
  bytes: Buffer,
  at: number,
  { id, boxes, cell, box }: { id: number; boxes: Float32Array; cell: number; box: number[] },
): void {
  bytes.writeInt32BE(Math.floor(id / 2 ** 32), at);
  bytes.writeUInt32BE(id - Math.floor(id / 2 ** 32) * 2 ** 32, at + 4);
  for (let side = 0; side < 4; side++) {
    const value = boxes[cell * 4 + side]!;
    bytes.writeFloatBE(value, at + 8 + side * 4);
    const isLeast = side % 2 === 0;
    if (isLeast ? value < box[side]! : value > box[side]!) box[side] = value;
  }
}

/** The largest 32-bit float not above a value, or a little less: as SQLite rounds (rtreeValueDown). */
/** The nearest number of 32 bits that is not above another: how SQLite keeps the lower sides of boxes. */
export function roundDown(value: number): number {
  const rounded = Math.fround(value);
  return rounded <= value ? rounded : Math.fround(value * (value < 0 ? 1 + floatStep : 1 - floatStep));
}

/** The nearest that is not below it. */
export function roundUp(value: number): number {
  const rounded = Math.fround(value);
  return rounded >= value ? rounded : Math.fround(value * (value < 0 ? 1 - floatStep : 1 + floatStep));
}
