import { type RetileLayout, sourceRowsOf } from './retile-layout.ts';

/** What is done with a block. */
export const unpackStep = 0;
export const packStep = 1;

/** Numbers of a step: what is done, band, row from the first of the layout, column from the first of the band. */
export const stepNumbers = 4;

/**
 * All steps in an order in which each comes after those that it needs: threads take them one after the other, and a thread that waits
 * waits for a step that another has taken. Rows of the source are unpacked one ahead.
 */
export function retileSteps(layout: RetileLayout): Int32Array {
  const { bands, sourceRows, targetRows } = layout;
  const all = bands.reduce(
    (sum, band) => sum + band.sourceColumns * sourceRows + band.targetColumns * targetRows,
    0,
  );
  const steps = new Int32Array(new SharedArrayBuffer(all * stepNumbers * Int32Array.BYTES_PER_ELEMENT));
  let at = 0;
  const add = (kind: number, band: number, row: number, columns: number): void => {
    for (let column = 0; column < columns; column++, at += stepNumbers) {
      steps.set([kind, band, row, column], at);
    }
  };
  for (const [index, band] of bands.entries()) {
    let unpacked = 0;
    for (let row = 0; row < targetRows; row++) {
      const [, last] = sourceRowsOf(layout, row);
      for (; unpacked < Math.min(sourceRows, last + 2); unpacked++) {
        add(unpackStep, index, unpacked, band.sourceColumns);
      }
      add(packStep, index, row, band.targetColumns);
    }
  }
  return steps;
}
