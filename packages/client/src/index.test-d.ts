// What the compiler checks here is what a caller's editor shows. Nothing of it runs; it fails in the type check of tests.
import { expectTypeOf, test } from 'vitest';

import {
  type ArchiveStream,
  type CamelName,
  type Client,
  type ClientOptions,
  type ConflictError,
  type CreateOptions,
  type CropFeature,
  type CropLayer,
  type DownloadedBlob,
  type DownloadedFile,
  type DownloadOptions,
  type ErrorCode,
  type Export,
  type ExportFilters,
  type ExportInit,
  type ExportManager,
  isExportsError,
  type ItemReference,
  type Layer,
  type LayerFilters,
  type LayerOrder,
  type LayerSummary,
  type Query,
  type RunOptions,
  type State,
  type StreamedArchive,
} from './index.ts';

declare const client: Client;
declare const done: Export;

test('what a download returns follows from its target', () => {
  expectTypeOf(done.download('./')).resolves.toEqualTypeOf<DownloadedFile>();
  expectTypeOf(done.download(new URL('file:///x.zip'))).resolves.toEqualTypeOf<DownloadedFile>();
  expectTypeOf(done.download(new WritableStream<Uint8Array>())).resolves.toEqualTypeOf<StreamedArchive>();
  expectTypeOf(done.download(process.stdout)).resolves.toEqualTypeOf<StreamedArchive>();
  expectTypeOf(done.download()).resolves.toEqualTypeOf<ArchiveStream>();
  expectTypeOf(done.download(undefined, { verify: false })).resolves.toEqualTypeOf<ArchiveStream>();
  expectTypeOf(done.downloadBlob()).resolves.toEqualTypeOf<DownloadedBlob>();
});

test('what a run returns follows from where it goes', () => {
  const toFile = client.exports.run(done, { to: './' });
  expectTypeOf(toFile).resolves.toExtend<DownloadedFile & { export: Export }>();
  const toStream = client.exports.run(done, { to: process.stdout });
  expectTypeOf(toStream).resolves.toExtend<StreamedArchive & { export: Export }>();
  expectTypeOf(toStream).resolves.not.toExtend<DownloadedFile>();
  expectTypeOf<{ to: number }>().not.toExtend<RunOptions>();
});

test('the fields of an export are typed to the last', () => {
  expectTypeOf<{ formats: { vector: string; raster: string } }>().toExtend<ExportInit>();
  expectTypeOf<{ formats: { pointcloud: string } }>().not.toEqualTypeOf<ExportInit>();
  expectTypeOf<{ options: { cropMode: 'cut' } }>().not.toExtend<ExportInit>();
  expectTypeOf<{ extent: { type: 'Point'; coordinates: number[] } }>().not.toExtend<ExportInit>();
  expectTypeOf<CropFeature>().toExtend<NonNullable<ExportInit['extent']>>();
  expectTypeOf<Layer>().toExtend<ItemReference>();
  expectTypeOf<LayerSummary>().toExtend<ItemReference>();
  expectTypeOf<'not of this version'>().toExtend<State>();
  expectTypeOf(done.createdAt).toEqualTypeOf<Date | null>();
  expectTypeOf(done.state).toEqualTypeOf<State | null>();
  expectTypeOf(done.addItem('layers/1')).toEqualTypeOf<Export>();
  expectTypeOf(done).not.toHaveProperty('toString2');
});

test('lists are queries of what they list', () => {
  expectTypeOf(client.exports.list().first()).resolves.toEqualTypeOf<Export | undefined>();
  expectTypeOf(client.layers.list().take(1)).resolves.toEqualTypeOf<LayerSummary[]>();
  expectTypeOf(client.exports.cropLayers.list().at(1)).resolves.toEqualTypeOf<CropLayer | undefined>();
  expectTypeOf(client.catalog.list()).toEqualTypeOf<Query<LayerSummary, LayerFilters, LayerOrder>>();
  expectTypeOf(client.tables.get(1)).resolves.toEqualTypeOf<Layer>();
  expectTypeOf<(typeof ExportManager)['model']>().toEqualTypeOf<typeof Export>();
});

test('filters are typed, in the names of the SDK and of the wire', () => {
  type Conditions = Parameters<Client['exports']['filter']>[0];
  expectTypeOf<{ state: ['complete', 'gone']; createdAtGte: Date }>().toExtend<Conditions>();
  expectTypeOf<{ 'created_at.lt': '2026-01-01' }>().toExtend<Conditions>();
  expectTypeOf<{ createdAtGte: 5 }>().not.toExtend<Conditions>();
  expectTypeOf<{ state: null }>().not.toExtend<Conditions>();
  expectTypeOf<'colour'>().not.toExtend<keyof Conditions>();
  expectTypeOf<'createdAtGte' | 'created_at.gte' | 'state'>().toExtend<keyof Conditions>();
  expectTypeOf<CamelName<keyof ExportFilters>>().toExtend<keyof Conditions>();
  expectTypeOf<CamelName<'license.type'>>().toEqualTypeOf<'licenseType'>();
});

test('orders are typed', () => {
  type Order = Parameters<Client['exports']['orderBy']>[0];
  expectTypeOf<'-createdAt' | 'created_at' | 'name'>().toExtend<Order>();
  expectTypeOf<'-colour'>().not.toExtend<Order>();
});

test('options are closed', () => {
  expectTypeOf<'v1' | 'v1.x' | undefined>().toEqualTypeOf<ClientOptions['version']>();
  expectTypeOf<{ idempotencyKey: string; signal: AbortSignal }>().toExtend<CreateOptions>();
  expectTypeOf<typeof console>().toExtend<NonNullable<ClientOptions['logger']>>();
  expectTypeOf<keyof DownloadOptions>().toEqualTypeOf<
    'chunkSize' | 'onProgress' | 'overwrite' | 'resume' | 'signal' | 'timeoutMs' | 'verify'
  >();
});

test('error codes are a closed union, and each class has its own', () => {
  expectTypeOf<'anything'>().not.toExtend<ErrorCode>();
  expectTypeOf<ConflictError['code']>().toEqualTypeOf<'conflict'>();
  const error: unknown = null;
  if (isExportsError(error)) expectTypeOf(error.code).toEqualTypeOf<ErrorCode>();
});
