import { indexNodeSize } from './flatgeobuf-header.ts';

/** A node: its box and, in a leaf, where its feature begins; above, the number of its first child. */
const nodeBytes = 40;

/**
 * The packed R-tree of FlatGeobuf: nodes from the root to the leaves, level by level, 16 under each. Leaves come in the
 * order of the features and are handed over at once; only the levels above, a sixteenth of it, are kept.
 */
export class FlatGeobufIndex {
  /** Number of the first node of each level, leaves first. */
  readonly #firstNodes: readonly number[];
  readonly #counts: readonly number[];
  /** minX minY maxX maxY of the nodes over the leaves. */
  readonly #parents: Float64Array;

  constructor(features: number) {
    this.#counts = levelCounts(features);
    this.#firstNodes = this.#counts.map((_, level) => sum(this.#counts.slice(level + 1)));
    this.#parents = emptyBoxes(this.#counts[1] ?? 0);
  }

  /** Bytes of the whole. */
  get length(): number {
    return sum(this.#counts) * nodeBytes;
  }

  /** Bytes before the leaves. */
  get leavesStart(): number {
    return (this.#firstNodes[0] ?? 0) * nodeBytes;
  }

  /** The leaves of some features in a row, the first being feature `first` of the file. */
  leaves(first: number, boxes: Float64Array, offsets: Float64Array): Uint8Array {
    for (let k = 0; k < offsets.length; k++)
      widen(this.#parents, Math.floor((first + k) / indexNodeSize), { boxes, k });
    return nodes(boxes, offsets.length, (k) => offsets[k]!);
  }

  /** Everything before the leaves, once all of them have been made. */
  levelsAbove(): Uint8Array {
    const levels: Uint8Array[] = [];
    let boxes = this.#parents;
    for (let level = 1; level < this.#counts.length; level++) {
      const count = this.#counts[level]!;
      const firstChild = this.#firstNodes[level - 1]!;
      levels.unshift(nodes(boxes, count, (k) => firstChild + k * indexNodeSize));
      const above = emptyBoxes(Math.ceil(count / indexNodeSize));
      for (let k = 0; k < count; k++) widen(above, Math.floor(k / indexNodeSize), { boxes, k });
      boxes = above;
    }
    return Buffer.concat(levels);
  }
}

/** Nodes of each level, leaves first; even a single leaf has a root above it. */
function levelCounts(features: number): number[] {
  if (features === 0) return [];
  const counts = [features];
  do counts.push(Math.ceil(counts.at(-1)! / indexNodeSize));
  while (counts.at(-1)! > 1);
  return counts;
}

function nodes(boxes: Float64Array, count: number, offsetOf: (k: number) => number): Uint8Array {
  const bytes = new Uint8Array(count * nodeBytes);
  const view = new DataView(bytes.buffer);
  for (let k = 0; k < count; k++) {
    for (let side = 0; side < 4; side++)
      view.setFloat64(k * nodeBytes + side * 8, boxes[k * 4 + side]!, true);
    view.setBigUint64(k * nodeBytes + 32, BigInt(offsetOf(k)), true);
  }
  return bytes;
}

function widen(
  targets: Float64Array,
  target: number,
  { boxes, k }: { boxes: Float64Array; k: number },
): void {
  for (let side = 0; side < 4; side++) {
    const value = boxes[k * 4 + side]!;
    const known = targets[target * 4 + side]!;
    if (side < 2 ? value < known : value > known) targets[target * 4 + side] = value;
  }
}

/** Boxes that hold nothing and meet nothing. */
function emptyBoxes(count: number): Float64Array {
  return Float64Array.from({ length: count * 4 }, (_, k) => (k % 4 < 2 ? Infinity : -Infinity));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
