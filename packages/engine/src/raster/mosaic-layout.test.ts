import { describe, expect, test } from 'vitest';

import { mosaicLayout } from './mosaic-layout.ts';

type Box = readonly [x: number, y: number, width: number, height: number];

function layoutOf(...boxes: readonly Box[]): ReturnType<typeof mosaicLayout> {
  const sources = boxes.map(([x, y, width, height]) => ({
    from: { x: 0, y: 0, width, height },
    to: { x, y },
  }));
  return mosaicLayout(sources, { width: 10, height: 10 });
}

describe('rectangles on a grid', () => {
  test('side by side leave nothing out and have nothing in common', () => {
    expect(layoutOf([0, 0, 4, 10], [4, 0, 6, 5], [4, 5, 6, 5])).toEqual({
      isGapless: true,
      hasOverlaps: false,
    });
  });

  test('that leave out a single pixel are not gapless', () => {
    expect(layoutOf([0, 0, 10, 9], [0, 9, 9, 1])).toEqual({ isGapless: false, hasOverlaps: false });
  });

  test('of which two have a single pixel in common overlap', () => {
    expect(layoutOf([0, 0, 5, 5], [4, 4, 6, 6])).toEqual({ isGapless: false, hasOverlaps: true });
  });

  test('that reach beyond the grid count only inside it', () => {
    expect(layoutOf([-5, -5, 10, 20], [5, -5, 20, 20])).toEqual({ isGapless: true, hasOverlaps: false });
    expect(layoutOf([0, 0, 12, 10], [10, 0, 5, 5])).toEqual({ isGapless: true, hasOverlaps: false });
  });
});
