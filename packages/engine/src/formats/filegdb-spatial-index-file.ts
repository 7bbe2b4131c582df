import { BlockFile } from './block-file.ts';
import { type IndexCells, indexCells, IndexKeys, spatialIndexPages } from './filegdb-spatial-index.ts';
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
      this.#widen(boxes, at);
    }
  }

  /** The cells for the boxes so far; null where no index is of any use. */
  cells(): IndexCells | null {
    if (this.#placed === 0) return null;
    return indexCells({
      count: this.#placed,
      greatestId: this.#rows,
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
      for (const page of pagesTogether(spatialIndexPages(this.#keys(cells), cells))) file.append(page);
    } finally {
      file.close();
    }
  }

  [Symbol.dispose](): void {
    this.#boxes.remove();
  }

  #widen(boxes: Float64Array, at: number): void {
    const whole = this.#envelope;
    whole[0] = Math.min(whole[0], boxes[at]!);
    whole[1] = Math.min(whole[1], boxes[at + 1]!);
    whole[2] = Math.max(whole[2], boxes[at + 2]!);
    whole[3] = Math.max(whole[3], boxes[at + 3]!);
  }

  #keys(cells: IndexCells): Float64Array {
    const keys = new IndexKeys(cells, this.#placed * 2);
    const boxes = new Float64Array(Math.min(windowBoxes, this.#rows) * 4);
    for (let first = 0; first < this.#rows; first += windowBoxes) {
      const count = Math.min(windowBoxes, this.#rows - first);
      this.#boxes.read(new Uint8Array(boxes.buffer, 0, count * boxBytes), first * boxBytes);
      for (let row = 0; row < count; row++) {
        const at = row * 4;
        if (Number.isNaN(boxes[at])) continue;
        keys.add(boxes, at, first + row + 1);
      }
    }
    return keys.sorted();
  }
}

/** Pages of four kilobytes are too little for a write each. */
function* pagesTogether(pages: Iterable<Uint8Array>): Generator<Uint8Array> {
  let together: Uint8Array[] = [];
  for (const page of pages) {
    together.push(page);
    if (together.length < 256) continue;
    yield Buffer.concat(together);
    together = [];
  }
  yield Buffer.concat(together);
}
