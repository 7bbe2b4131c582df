import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';

import { expect, test } from 'vitest';

import { readLines } from './read-lines.ts';

async function linesOf(...texts: readonly string[]): Promise<string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  readLines(stream, (line) => lines.push(line));
  for (const text of texts) stream.write(text);
  stream.end();
  await finished(stream);
  return lines;
}

test('lines are told whole, however they arrive, and the last one without its end', async () => {
  expect(await linesOf('one\ntw', 'o\n\n', 'three')).toEqual(['one', 'two', 'three']);
});

test('a line without end is told in part, and takes no more memory than that', async () => {
  const lines = await linesOf(...Array.from({ length: 100 }, () => 'x'.repeat(1000)));
  expect(lines.map(({ length }) => length)).toEqual([1000]);
});

test('whoever says the same for ever is not listened to for ever', async () => {
  expect(await linesOf('again\n'.repeat(5000))).toHaveLength(200);
});
