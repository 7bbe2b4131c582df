import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { DownloadError } from '../errors/download-error.ts';
import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import type { FileSink } from '../exports/archive-sink.ts';
import { createFileSink } from './create-file-sink.ts';

// A full disk and a folder without permission need a small disk and another user: see e2e/.

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outcrop-sink-'));
});

afterEach(() => rm(folder, { recursive: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function openSink(target: string): Promise<FileSink> {
  const sink = await createFileSink(target, { overwrite: false });
  await sink.open({ fileName: 'x.zip', totalBytes: null });
  return sink;
}

test('what was written, in pieces, is the file once it is finished, and not before', async () => {
  const sink = await openSink(folder);
  await sink.write([bytes('ab'), bytes(''), bytes('c')]);
  await sink.write([]);
  await sink.write([bytes('d')]);
  expect(await readdir(folder)).toEqual(['x.zip.part']);
  await sink.finish();
  expect(await readdir(folder)).toEqual(['x.zip']);
  expect(await readFile(sink.path, 'utf8')).toBe('abcd');
});

test('a restart forgets what was written', async () => {
  const sink = await openSink(folder);
  await sink.write([bytes('a longer text')]);
  await sink.restart?.();
  await sink.write([bytes('short')]);
  await sink.finish();
  expect(await readFile(sink.path, 'utf8')).toBe('short');
});

test('what an ended process left is no hindrance, and a link is not followed', async () => {
  const elsewhere = join(folder, 'elsewhere');
  await writeFile(elsewhere, 'precious');
  await symlink(elsewhere, join(folder, 'x.zip.part'));
  const sink = await openSink(join(folder, 'x.zip'));
  await sink.write([bytes('new')]);
  await sink.finish();
  expect(await readFile(join(folder, 'x.zip'), 'utf8')).toBe('new');
  expect(await readFile(elsewhere, 'utf8')).toBe('precious');
});

test('of two downloads to one file the second wins, and the first does not name half of it', async () => {
  const path = join(folder, 'x.zip');
  const first = await openSink(path);
  const second = await openSink(path);
  await second.write([bytes('half')]);
  const error = await first.finish().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(DownloadError);
  expect(String(error)).toMatch(/another download.*a file of its own/);
  await first.discard('failed');
  await second.write([bytes(' and half')]);
  await second.finish();
  expect(await readFile(path, 'utf8')).toBe('half and half');
});

test('a file that turns up in a folder meanwhile is not replaced', async () => {
  const sink = await openSink(folder);
  await writeFile(join(folder, 'x.zip'), 'precious');
  await expect(sink.finish()).rejects.toThrow(/already there/);
  await sink.discard('failed');
  expect(await readFile(join(folder, 'x.zip'), 'utf8')).toBe('precious');
  expect(await readdir(folder)).toEqual(['x.zip']);
});

test('corrupt bytes are kept aside, failed ones are not', async () => {
  const corrupt = await openSink(folder);
  await corrupt.write([bytes('rubbish')]);
  expect(await corrupt.discard('corrupt')).toBe(join(folder, 'x.zip.corrupt'));
  const failed = await openSink(folder);
  expect(await failed.discard('failed')).toBeUndefined();
  expect(await readdir(folder)).toEqual(['x.zip.corrupt']);
});

test('a device is not a file to replace', async () => {
  await expect(openSink('/dev/null')).rejects.toThrow(/not a file; name another target/);
});

test.each([
  ['', InvalidArgumentError, /empty; name a folder or a file/],
  [new URL('https://x.example/y.zip'), InvalidArgumentError, /https:.*give a file: URL/],
  ['/nowhere/at/all/', DownloadError, /does not exist; create it/],
  ['/nowhere/at/all/x.zip', DownloadError, /does not exist; create it/],
])('the target %s is refused with the remedy', async (target, type, message) => {
  const error = await createFileSink(target, { overwrite: true }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(type);
  expect(String(error)).toMatch(message);
});

test('a large archive is hashed as it lies in the file, also after a restart', async () => {
  const sink = await createFileSink(folder, { overwrite: false });
  await sink.open({ fileName: 'x.zip', totalBytes: 100_000_000 });
  const first = sink.createSha256?.();
  await sink.write([bytes('old')]);
  await first?.update([bytes('old')]);
  await sink.restart?.();
  const hasher = sink.createSha256?.();
  const pieces = [bytes('a'), new Uint8Array(100_000), bytes('b')];
  await sink.write(pieces);
  await hasher?.update(pieces);
  const digest = await hasher?.digest();
  await sink.finish();
  expect(digest).toBe(
    createHash('sha256')
      .update(await readFile(sink.path))
      .digest('hex'),
  );
});
