import type { Envelope } from '../features/geometry-array.ts';
import { fanout, type RegionShape } from './region-shape.ts';

/** Asks the tree over a region's edges. Boxes are closed: what touches them meets them. */
export class EdgeTree {
  readonly #shape: RegionShape;
  readonly #top: number;

  constructor(shape: RegionShape) {
    this.#shape = shape;
    this.#top = shape.levelStarts.length - 2;
  }

  /** Whether any edge meets a box. */
  meets(box: Envelope): boolean {
    return this.#meets(this.#top, 0, box);
  }

  /**
   * The first positions of the edges whose own boxes meet a box, ring by ring and in order. Null where there are more than
   * `most`.
   */
  edgesNear(box: Envelope, most = Infinity): number[] | null {
    const found: number[] = [];
    return this.#collect({ level: this.#top, index: 0 }, { box, found, most }) ? found : null;
  }

  /**
   * Whether a position is inside, by the number of edges to its left. It must not be so near an edge that rounding decides.
   */
  isInside(x: number, y: number): boolean {
    return this.#crossings(this.#top, 0, { x, y });
  }

  #meets(level: number, index: number, box: Envelope): boolean {
    if (!this.#isNear(level, index, box)) return false;
    if (level === 0) return this.#runMeets(index, box);
    const end = this.#childrenEnd(level, index);
    for (let child = index * fanout; child < end; child++) {
      if (this.#meets(level - 1, child, box)) return true;
    }
    return false;
  }

  /** By the separating axes of a segment and a box: those of the box, and the one across the segment. */
  #runMeets(run: number, [minX, minY, maxX, maxY]: Envelope): boolean {
    const { coordinates, runFirst, runLast } = this.#shape;
    const [halfWidth, halfHeight] = [(maxX - minX) / 2, (maxY - minY) / 2];
    const [middleX, middleY] = [(minX + maxX) / 2, (minY + maxY) / 2];
    for (let k = runFirst[run]! * 2; k < runLast[run]! * 2; k += 2) {
      const [ax, ay] = [coordinates[k]!, coordinates[k + 1]!];
      const [bx, by] = [coordinates[k + 2]!, coordinates[k + 3]!];
      if ((ax < minX && bx < minX) || (ax > maxX && bx > maxX)) continue;
      if ((ay < minY && by < minY) || (ay > maxY && by > maxY)) continue;
      const [dx, dy] = [bx - ax, by - ay];
      const across = Math.abs((middleX - ax) * dy - (middleY - ay) * dx);
      if (across <= halfWidth * Math.abs(dy) + halfHeight * Math.abs(dx)) return true;
    }
    return false;
  }

  /** False where there are too many. */
  #collect({ level, index }: { level: number; index: number }, search: EdgeSearch): boolean {
    if (!this.#isNear(level, index, search.box)) return true;
    if (level === 0) return this.#collectRun(index, search);
    const end = this.#childrenEnd(level, index);
    for (let child = index * fanout; child < end; child++) {
      if (!this.#collect({ level: level - 1, index: child }, search)) return false;
    }
    return true;
  }

  #collectRun(run: number, { box: [minX, minY, maxX, maxY], found, most }: EdgeSearch): boolean {
    const { coordinates, runFirst, runLast } = this.#shape;
    for (let position = runFirst[run]!; position < runLast[run]!; position++) {
      const k = position * 2;
      const [ax, ay] = [coordinates[k]!, coordinates[k + 1]!];
      const [bx, by] = [coordinates[k + 2]!, coordinates[k + 3]!];
      if ((ax < minX && bx < minX) || (ax > maxX && bx > maxX)) continue;
      if ((ay < minY && by < minY) || (ay > maxY && by > maxY)) continue;
      if (found.length >= most) return false;
      found.push(position);
    }
    return true;
  }

  /** Whether an odd number of a node's edges lies to the left of a position. An edge has its lower end, not its upper. */
  #crossings(level: number, index: number, place: { x: number; y: number }): boolean {
    const { boxes, levelStarts } = this.#shape;
    const { x, y } = place;
    const box = (levelStarts[level]! + index) * 4;
    if (y < boxes[box + 1]! || y >= boxes[box + 3]! || boxes[box]! > x) return false;
    // A line that is wholly to the left crosses as often as its ends tell, odd or even.
    if (boxes[box + 2]! < x && this.#isOneLine(level, index)) return this.#crossesByEnds(level, index, y);
    if (level === 0) return this.#crossingsOfRun(index, place);
    let isOdd = false;
    const end = this.#childrenEnd(level, index);
    for (let child = index * fanout; child < end; child++) {
      if (this.#crossings(level - 1, child, place)) isOdd = !isOdd;
    }
    return isOdd;
  }

  #crossingsOfRun(run: number, { x, y }: { x: number; y: number }): boolean {
    const { coordinates, runFirst, runLast } = this.#shape;
    let isOdd = false;
    for (let k = runFirst[run]! * 2; k < runLast[run]! * 2; k += 2) {
      const [ay, by] = [coordinates[k + 1]!, coordinates[k + 3]!];
      if (ay <= y === by <= y) continue;
      const [ax, bx] = [coordinates[k]!, coordinates[k + 2]!];
      if (ax + ((y - ay) / (by - ay)) * (bx - ax) < x) isOdd = !isOdd;
    }
    return isOdd;
  }

  #crossesByEnds(level: number, index: number, y: number): boolean {
    const { coordinates, runFirst, runLast } = this.#shape;
    const { first, last } = this.#runsOf(level, index);
    return coordinates[runFirst[first]! * 2 + 1]! <= y !== coordinates[runLast[last]! * 2 + 1]! <= y;
  }

  #isOneLine(level: number, index: number): boolean {
    const { runRing } = this.#shape;
    const { first, last } = this.#runsOf(level, index);
    return runRing[first] === runRing[last];
  }

  #runsOf(level: number, index: number): { first: number; last: number } {
    const width = fanout ** level;
    return {
      first: index * width,
      last: Math.min((index + 1) * width, this.#shape.runFirst.length) - 1,
    };
  }

  #isNear(level: number, index: number, [minX, minY, maxX, maxY]: Envelope): boolean {
    const { boxes, levelStarts } = this.#shape;
    const k = (levelStarts[level]! + index) * 4;
    return boxes[k]! <= maxX && boxes[k + 2]! >= minX && boxes[k + 1]! <= maxY && boxes[k + 3]! >= minY;
  }

  /** One past the last child of a node, among the nodes of the level below. */
  #childrenEnd(level: number, index: number): number {
    const { levelStarts } = this.#shape;
    return Math.min((index + 1) * fanout, levelStarts[level]! - levelStarts[level - 1]!);
  }
}

interface EdgeSearch {
  readonly box: Envelope;
  readonly found: number[];
  readonly most: number;
}
