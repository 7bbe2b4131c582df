import { expect, test } from 'vitest';

import { ProgressReader } from './progress-reader.ts';

function fractions(pieces: readonly string[]): number[] {
  const reader = new ProgressReader();
  return pieces.map((piece) => reader.read(piece));
}

const whole = '0...10...20...30...40...50...60...70...80...90...100';

test('dots between the tens count as 2.5 % each', () => {
  expect(fractions(['0', '.', '..', '10', '...'])).toEqual([0, 0.025, 0.075, 0.075, 0.175]);
});

test('a number may come in pieces', () => {
  expect(fractions(['0...1', '0', '...20..'])).toEqual([0.075, 0.075, 0.25]);
});

test('the end is told as soon as it is there', () => {
  expect(fractions([whole, ' - done.\n'])).toEqual([1, 1]);
});

test('names and figures around the numbers are no progress', () => {
  expect(fractions(['Input file size is 2000, 3000\n', 'Processing 2015.20.tif [1/1] : ', '0...10'])).toEqual(
    [0, 0, 0.075],
  );
});

test('a second run of numbers begins anew', () => {
  expect(fractions([`${whole} - done.\n`, '0.'])).toEqual([1, 0.025]);
});
