import { expect, expectTypeOf, test } from 'vitest';

import {
  type ArchiveStream,
  type DownloadedFile,
  type ErrorCode,
  Export,
  type ExportInit,
  isExportsError,
  type Query,
  type StreamedArchive,
} from './index.ts';
import type { Client } from './index.ts';

// What the compiler checks here is what a caller's editor shows; the tests fail in the type check, not at run time.

test('what a download returns follows from its target', () => {
  const done = new Export();
  const toFile = (): Promise<DownloadedFile> => done.download(new URL('file:///x.zip'));
  const toStream = (): Promise<StreamedArchive> => done.download(new WritableStream<Uint8Array>());
  const asStream = (): Promise<ArchiveStream> => done.download();
  expect([toFile, toStream, asStream]).toHaveLength(3);
});

test('formats go by kinds that exist, and options are closed', () => {
  expectTypeOf<{ formats: { vector: string; raster: string } }>().toExtend<ExportInit>();
  expectTypeOf<{ options: { cropMode: 'cut' } }>().not.toExtend<ExportInit>();
  expectTypeOf<{ extent: { type: 'Point'; coordinates: number[] } }>().not.toExtend<ExportInit>();
  expect(new Export({ options: { cropMode: 'within' } }).options.cropMode).toBe('within');
});

test('lists are queries of what they list, and error codes are a closed union', () => {
  expectTypeOf<ReturnType<Client['exports']['list']>>().toEqualTypeOf<Query<Export>>();
  expectTypeOf<'anything'>().not.toExtend<ErrorCode>();
  expect(isExportsError(new Error('of someone else'))).toBe(false);
});
