import type { Envelope } from '../features/geometry-array.ts';

/** Cells are numbered from here on both sides of the origin, and stay below twice as much. */
const middle = 2 ** 29;
/** Esri's advice for the side of a cell: three times that of a box. */
const meanSides = 3;
/** So many cells at the most, of which each takes memory while the index is made. */
const mostCells = { each: 4, least: 65_536 } as const;

/** How cells lie. */
export interface IndexCells {
  /** Side of a cell, in units of the CRS. */
  readonly side: number;
  /** Number of the first column and the first row. */
  readonly firstX: number;
  readonly firstY: number;
  readonly columns: number;
  readonly rows: number;
}

/** What decides on the size of cells. */
export interface IndexedBoxes {
  readonly count: number;
  /** Around all boxes. */
  readonly envelope: Envelope;
  /** The longest side of a box. */
  readonly longestSide: number;
  /** Mean of the longer sides of boxes. */
  readonly meanSide: number;
  /** Whether boxes are mostly points, of which a cell is to hold one. */
  readonly isOfPoints: boolean;
}

/**
 * Cells three times as large as boxes are, and at least as large as the largest, so that a box lies in four at the most; of points,
 * as many as there are points; never many more than boxes. Null where all lie in one place: no index is of any use there.
 */
export function indexCells(boxes: IndexedBoxes): IndexCells | null {
  const [minX, minY, maxX, maxY] = boxes.envelope;
  const density = boxes.isOfPoints ? densityOf(boxes) : 0;
  let side = Math.max(boxes.longestSide, boxes.meanSide * meanSides, density);
  if (!(side > 0)) return null;
  const farthest = Math.max(Math.abs(minX), Math.abs(minY), Math.abs(maxX), Math.abs(maxY));
  side = Math.max(side, (farthest / middle) * 1.001);
  const most = boxes.count * mostCells.each + mostCells.least;
  for (; ; side *= 1.5) {
    const [firstX, firstY] = [cellOf(minX, side), cellOf(minY, side)];
    const columns = cellOf(maxX, side) - firstX + 1;
    const rows = cellOf(maxY, side) - firstY + 1;
    if (columns * rows <= most) return { side, firstX, firstY, columns, rows };
  }
}

function densityOf({ count, envelope: [minX, minY, maxX, maxY] }: IndexedBoxes): number {
  const [width, height] = [maxX - minX, maxY - minY];
  const area = width * height;
  return area > 0 ? Math.sqrt(area / count) : Math.max(width, height) / count;
}

/** The number of the column or row that a coordinate is in. */
function cellOf(value: number, side: number): number {
  return Math.floor(value / side + middle);
}

/** Which ids lie in which cells: those of cell k, column by column, are `ids[starts[k]] .. ids[starts[k + 1]]`, in order. */
export interface CellIds {
  readonly starts: Uint32Array;
  readonly ids: Uint32Array;
}

/** Goes through boxes, minX minY maxX maxY at a place of an array, with their ids in ascending order. */
export type VisitBoxes = (visit: (boxes: Float64Array, at: number, id: number) => void) => void;

/** Sorts ids by the cells that their boxes lie in. Goes through the boxes twice: to count, and to place. */
export function idsByCell(cells: IndexCells, forEachBox: VisitBoxes): CellIds {
  const starts = new Uint32Array(cells.columns * cells.rows + 1);
  forEachBox((boxes, at) => forEachCell(cells, { boxes, at }, (cell) => (starts[cell + 1]! += 1)));
  for (let cell = 1; cell < starts.length; cell++) starts[cell]! += starts[cell - 1]!;
  const ids = new Uint32Array(starts.at(-1)!);
  const next = starts.slice();
  forEachBox((boxes, at, id) =>
    forEachCell(cells, { boxes, at }, (cell) => {
      ids[next[cell]!] = id;
      next[cell]! += 1;
    }),
  );
  return { starts, ids };
}

function forEachCell(
  { side, firstX, firstY, rows }: IndexCells,
  { boxes, at }: { boxes: Float64Array; at: number },
  visit: (cell: number) => void,
): void {
  const [startX, endX] = [cellOf(boxes[at]!, side), cellOf(boxes[at + 2]!, side)];
  const [startY, endY] = [cellOf(boxes[at + 1]!, side), cellOf(boxes[at + 3]!, side)];
  for (let x = startX; x <= endX; x++) {
    for (let y = startY; y <= endY; y++) visit((x - firstX) * rows + (y - firstY));
  }
}
