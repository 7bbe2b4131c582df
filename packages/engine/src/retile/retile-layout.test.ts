import { expect, test } from 'vitest';

import { seededRandom } from '../testing/seeded-random.ts';
import { retileLayout, type RetileLayout } from './retile-layout.ts';
import { packStep, retileSteps, stepNumbers, unpackStep } from './retile-steps.ts';
import type { TiffImage } from '../tiff/tiff-image.ts';

const random = seededRandom(11);
const between = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));

function image(width: number, height: number, tile: readonly [number, number] | null): TiffImage {
  const [blockWidth, blockHeight] = tile ?? [width, Math.min(height, between(1, 40))];
  const [blocksAcross, blocksDown] = [Math.ceil(width / blockWidth), Math.ceil(height / blockHeight)];
  const blocks = blocksAcross * blocksDown;
  return {
    header: { isLittleEndian: true, isBig: false, firstDirectory: 8, fileBytes: 0 },
    directory: undefined as never,
    width,
    height,
    blockWidth,
    blockHeight,
    isTiled: tile !== null,
    blocksAcross,
    blocksDown,
    samples: 3,
    sampleBytes: 1,
    isCompressed: true,
    hasDifferences: true,
    offsets: new Float64Array(blocks).fill(8),
    counts: new Float64Array(blocks).fill(100),
  };
}

/** Does the steps one after the other on a ring of numbers of lines, and tells which pixels each block of the target gets. */
function follow(layout: RetileLayout): Map<string, string> {
  const { source, bands, ringRows, lineOffset, window, blockWidth, blockHeight } = layout;
  const ring = new Map<number, number>();
  const found = new Map<string, string>();
  const steps = retileSteps(layout);
  for (let at = 0; at < steps.length; at += stepNumbers) {
    const [kind, index, row, column] = steps.subarray(at, at + stepNumbers);
    const band = bands[index!]!;
    if (kind === unpackStep) {
      for (let line = 0; line < source.blockHeight; line++) {
        const block = column! + band.sourceColumn;
        ring.set(
          ((row! % ringRows) * source.blockHeight + line) * 1000 + column!,
          (layout.sourceRow + row!) * source.blockHeight + line + block * 1e6,
        );
      }
    } else {
      expect(kind).toBe(packStep);
      const lines = Math.min(blockHeight, window.height - row! * blockHeight);
      const left = band.pixelOffset + column! * blockWidth;
      const pixels = Math.min(blockWidth, window.width - (band.targetColumn + column!) * blockWidth);
      const corners = [0, lines - 1].flatMap((line) =>
        [left, left + pixels - 1].map((pixel) => {
          const place = (lineOffset + row! * blockHeight + line) % (ringRows * source.blockHeight);
          const value = ring.get(place * 1000 + Math.floor(pixel / source.blockWidth))!;
          return [Math.floor(value / 1e6) * source.blockWidth + (pixel % source.blockWidth), value % 1e6];
        }),
      );
      found.set(`${row} ${band.targetColumn + column!}`, JSON.stringify(corners));
    }
  }
  return found;
}

test('every block of a window is cut from its own pixels, whatever the blocks and the memory', () => {
  for (let round = 0; round < 300; round++) {
    const tile = round % 3 === 0 ? null : ([between(1, 30), between(1, 30)] as const);
    const source = image(between(30, 200), between(30, 200), tile);
    const [x, y] = [between(0, source.width - 10), between(0, source.height - 10)];
    const window = { x, y, width: between(1, source.width - x), height: between(1, source.height - y) };
    const block = { width: between(4, 40), height: between(4, 40) };
    const layout = retileLayout(source, window, block, tile === null ? undefined : between(60_000, 400_000));
    if (layout === null) continue;
    const found = follow(layout);
    for (let row = 0; row < layout.targetRows; row++) {
      for (let column = 0; column < layout.targetColumns; column++) {
        const left = x + column * block.width;
        const top = y + row * block.height;
        const right = Math.min(x + window.width, left + block.width) - 1;
        const bottom = Math.min(y + window.height, top + block.height) - 1;
        const corners = [[left, top], [right, top], [left, bottom], [right, bottom]]; // prettier-ignore
        expect(found.get(`${row} ${column}`)).toBe(JSON.stringify(corners));
      }
    }
    expect(found.size).toBe(layout.targetRows * layout.targetColumns);
  }
});

test('a wide window is done in bands where memory is short', () => {
  const source = image(10_000, 1000, [256, 256]);
  const window = { x: 10, y: 10, width: 9000, height: 900 };
  const layouts = [10, 40, 256].map((megabytes) =>
    retileLayout(source, window, { width: 256, height: 256 }, megabytes * 1e6),
  );
  expect(layouts.map((layout) => layout?.bands.length)).toEqual([8, 2, 1]);
});

test('strips that do not fit in memory, and blocks without data or of absurd lengths, are not ours', () => {
  const block = { width: 256, height: 256 };
  const window = { x: 0, y: 0, width: 500, height: 500 };
  expect(
    retileLayout({ ...image(500, 500, null), blockHeight: 500, blocksDown: 1 }, window, block, 1e6),
  ).toBeNull();
  for (const count of [0, 1e9]) {
    const source = image(500, 500, [256, 256]);
    source.counts[3] = count;
    expect(retileLayout(source, window, block)).toBeNull();
  }
});
