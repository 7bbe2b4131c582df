import { readFileSync, rmSync } from 'node:fs';

import { BlockFile } from './block-file.ts';
import type { TableDefinition } from './filegdb-definition.ts';
import type { FileGdbPiece } from './filegdb-encoder.ts';
import { RowOffsets } from './filegdb-offsets.ts';
import { noShapeBounds } from './filegdb-shape.ts';
import type { IndexCells } from './filegdb-index-cells.ts';
import { SpatialIndexFile } from './filegdb-spatial-index-file.ts';

/** Places in the head of a `.gdbtable`. */
const head = { rowsAt: 4, longestAt: 8, fileBytesAt: 24 } as const;

/** Where a table is, and how it is defined. */
export interface TableOptions {
  /** Its files, without their extensions; an empty table is there. */
  readonly path: string;
  readonly definition: TableDefinition;
  /** A file for what waits until all rows are there; it must not exist. */
  readonly spool: string;
  /** Whether the shapes are points, which decides on the cells of the spatial index. */
  readonly isOfPoints: boolean;
}

/** Fills an empty table of a File Geodatabase: its rows, where each begins, and the spatial index. */
export class FileGdbTable {
  readonly #head: Buffer;
  readonly definition: TableDefinition;
  readonly #rows: BlockFile;
  readonly #offsets: RowOffsets;
  readonly #index: SpatialIndexFile | null;
  readonly #bounds = noShapeBounds();
  #cells: IndexCells | null = null;
  #longest = 0;

  constructor({ path, definition, spool, isOfPoints }: TableOptions) {
    this.definition = definition;
    this.#head = readFileSync(`${path}.gdbtable`);
    for (const extension of ['gdbtable', 'gdbtablx']) rmSync(`${path}.${extension}`);
    this.#rows = new BlockFile(`${path}.gdbtable`);
    this.#rows.append(this.#head);
    this.#offsets = new RowOffsets(`${path}.gdbtablx`);
    this.#index =
      definition.geometry === null ? null : new SpatialIndexFile(`${path}.spx`, { spool, isOfPoints });
  }

  append({ bytes, ends, boxes, bounds }: FileGdbPiece): void {
    this.#offsets.append(ends, this.#rows.length);
    this.#rows.append(bytes);
    this.#index?.append(boxes);
    for (let row = 0, start = 0; row < ends.length; start = ends[row++]!) {
      this.#longest = Math.max(this.#longest, ends[row]! - start - 4);
    }
    for (const [place, value] of bounds.entries()) {
      const choose = leastBounds.includes(place) ? Math.min : Math.max;
      this.#bounds[place] = choose(this.#bounds[place]!, value);
    }
  }

  /** Completes the rows: all can be read then, one after the other. */
  finishRows(): void {
    this.#cells = this.#index?.cells() ?? null;
    this.#offsets.finish();
    this.#patchHead();
    this.#rows.writeHead(this.#head);
    this.#rows.close();
  }

  /** Writes the spatial index, when the rows are complete. */
  finishIndex(): void {
    if (this.#cells !== null) this.#index?.write(this.#cells);
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#rows.close();
    this.#offsets.close();
    this.#index?.[Symbol.dispose]();
  }

  #patchHead(): void {
    const { geometry, definitionBytes } = this.definition;
    this.#head.writeUInt32LE(this.#offsets.count, head.rowsAt);
    this.#head.writeUInt32LE(Math.max(this.#longest, definitionBytes), head.longestAt);
    this.#head.writeBigUInt64LE(BigInt(this.#rows.length), head.fileBytesAt);
    if (geometry === null || !Number.isFinite(this.#bounds[0])) return;
    for (let place = 0; place < (geometry.hasZ ? 6 : 4); place++) {
      this.#head.writeDoubleLE(this.#bounds[place]!, geometry.boundsAt + place * 8);
    }
    if (this.#cells !== null) this.#head.writeDoubleLE(this.#cells.side, geometry.cellAt);
  }
}

/** Which bounds are least values: of x, y and Z. */
const leastBounds = [0, 1, 4];
