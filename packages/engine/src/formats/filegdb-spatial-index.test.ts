import { expect, test } from 'vitest';

import { idsByCell, indexCells } from './filegdb-index-cells.ts';
import { spatialIndexPages } from './filegdb-spatial-index.ts';

const pageBytes = 4096;
const mostEntries = 340;

function pointsIn(width: number, count: number): Float64Array {
  const boxes = new Float64Array(count * 4);
  for (let k = 0; k < count; k++) {
    const [x, y] = [(k * 7919) % width, (k * 104_729) % width];
    boxes.set([x, y, x, y], k * 4);
  }
  return boxes;
}

function indexOf(count: number): Buffer {
  const width = 1_000_000;
  const boxes = pointsIn(width, count);
  const cells = indexCells({
    count,
    envelope: [0, 0, width, width],
    longestSide: 0,
    meanSide: 0,
    isOfPoints: true,
  })!;
  const entries = idsByCell(cells, (visit) => {
    for (let k = 0; k < count; k++) visit(boxes, k * 4, k + 1);
  });
  return Buffer.concat([...spatialIndexPages(entries, cells)]);
}

interface Entry {
  readonly cell: bigint;
  readonly id: number;
}

/** All entries of a tree by the descriptions of others, from its root down, and whether the pages above are true to them. */
function entriesBelow(index: Buffer, page: number, depth: number): Entry[] {
  const at = (page - 1) * pageBytes;
  const count = index.readUInt32LE(at + 4);
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThanOrEqual(mostEntries);
  const cellAt = (k: number): bigint => index.readBigInt64LE(at + 1372 + k * 8);
  if (depth === 1) {
    return Array.from({ length: count }, (_, k) => ({
      cell: cellAt(k),
      id: index.readUInt32LE(at + 12 + k * 4),
    }));
  }
  const isLast = index.readUInt32LE(at) === 0;
  const children = Array.from({ length: count + 1 }, (_, k) => index.readUInt32LE(at + 8 + k * 4));
  const entries = children.map((child) => entriesBelow(index, child, depth - 1));
  for (let k = 0; k < count; k++) expect(entries[k]!.at(-1)!.cell).toBe(cellAt(k));
  // The last child of a page is the first of the next.
  return entries.slice(0, isLast ? count + 1 : count).flat();
}

test.each([
  [1, 2],
  [1, 340],
  [2, 341],
  [2, 341 * 340],
  [3, 341 * 340 + 1],
])('a tree of %i levels holds each of %i entries once, by cell and id', (depth, count) => {
  const index = indexOf(count);
  const trailer = index.subarray(-22);
  expect([trailer.readUInt32LE(6), trailer.readUInt32LE(10)]).toEqual([depth, count]);
  const root = entriesBelow(index, 1, depth);
  expect(root).toHaveLength(count);
  expect(new Set(root.map(({ id }) => id)).size).toBe(count);
  const isSorted = root.every(({ cell, id }, k) => {
    const before = root[k - 1];
    return before === undefined || before.cell < cell || (before.cell === cell && before.id < id);
  });
  expect(isSorted).toBe(true);
});

test('cells are three times as large as boxes, and at least as large as the largest', () => {
  const boxes = { count: 9, envelope: [0, 0, 5000, 5000], isOfPoints: false } as const;
  expect(indexCells({ ...boxes, longestSide: 70, meanSide: 30 })!.side).toBe(90);
  expect(indexCells({ ...boxes, longestSide: 100, meanSide: 30 })!.side).toBe(100);
  expect(indexCells({ ...boxes, longestSide: 0, meanSide: 0 })).toBeNull();
});

test('small boxes far apart do not make a cell for each place between them', () => {
  const { side, columns, rows } = indexCells({
    count: 1000,
    envelope: [-2e7, -2e7, 2e7, 2e7],
    longestSide: 0.5,
    meanSide: 0.1,
    isOfPoints: false,
  })!;
  expect(columns * rows).toBeLessThan(70_000);
  expect(columns * rows).toBeGreaterThan(10_000);
  expect(side).toBeGreaterThan(0.5);
});
