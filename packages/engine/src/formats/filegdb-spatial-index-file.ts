import { widenEnvelope } from '../features/geometry-array.ts';
import { BlockFile } from './block-file.ts';
import { type IndexCells, idsByCell, indexCells, type VisitBoxes } from './filegdb-index-cells.ts';
import { spatialIndexPages } from './filegdb-spatial-index.ts';
import { PositionedFile } from './positioned-file.ts';

/** Boxes that are read back at a time. */
const windowBoxes = 65_536;
const boxBytes = 32;

/** A `.spx`. Cells depend on all boxes, which wait in a file until they are there. */
export class SpatialIndexFile {
  readonly #path: string;
  readonly #boxes: PositionedFile;
  readonly #isOfPoints: boolean;
  #rows = 0;
  #placed = 0;
  #longestSide = 0;
  #sides = 0;
  readonly #envelope: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];

  constructor(path: string, { spool, isOfPoints }: { spool: string; isOfPoints: boolean }) {
    this.#path = path;
    this.#boxes = new PositionedFile(spool);
    this.#isOfPoints = isOfPoints;
  }

  /** Appends the boxes of rows: minX minY maxX maxY, NaN where there is none. */
  append(boxes: Float64Array): void {
    this.#boxes.write(
      new Uint8Array(boxes.buffer, boxes.byteOffset, boxes.byteLength),
      this.#rows * boxBytes,
    );
    this.#rows += boxes.length / 4;
    for (let at = 0; at < boxes.length; at += 4) {
      const side = Math.max(boxes[at + 2]! - boxes[at]!, boxes[at + 3]! - boxes[at + 1]!);
      if (Number.isNaN(side)) continue;
      this.#placed += 1;
      this.#longestSide = Math.max(this.#longestSide, side);
      this.#sides += side;
      widenEnvelope(this.#envelope, boxes, at);
    }
  }

  /** The cells for the boxes so far; null where no index is of any use. */
  cells(): IndexCells | null {
    if (this.#placed === 0) return null;
    return indexCells({
      count: this.#placed,
      envelope: this.#envelope,
      longestSide: this.#longestSide,
      meanSide: this.#sides / this.#placed,
      isOfPoints: this.#isOfPoints,
    });
  }

  /** Writes the index. */
  write(cells: IndexCells): void {
    const file = new BlockFile(this.#path);
    try {
      const entries = idsByCell(cells, this.#forEachBox);
      for (const pages of spatialIndexPages(entries, cells)) file.append(pages);
    } finally {
      file.close();
    }
  }

  [Symbol.dispose](): void {
    this.#boxes.remove();
  }

  /** Of the rows that have one, with their ids, which count from 1. */
  readonly #forEachBox: VisitBoxes = (visit) => {
    const boxes = new Float64Array(Math.min(windowBoxes, this.#rows) * 4);
    for (let first = 0; first < this.#rows; first += windowBoxes) {
      const count = Math.min(windowBoxes, this.#rows - first);
      this.#boxes.read(new Uint8Array(boxes.buffer, 0, count * boxBytes), first * boxBytes);
      for (let row = 0; row < count; row++) {
        if (!Number.isNaN(boxes[row * 4])) visit(boxes, row * 4, first + row + 1);
      }
    }
  };
}
