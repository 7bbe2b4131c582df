import { platform } from '#platform';

import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import type { ArchiveSink } from './archive-sink.ts';
import { createBlobSink } from './blob-sink.ts';
import type { ArchiveSource } from './open-archive.ts';
import { type NodeWritable, streamSink } from './stream-sink.ts';
import { transferArchive, type TransferResult } from './transfer-archive.ts';
import type { TransferOptions } from './transfer-options.ts';

/** Where an archive can go. */
export type DownloadTarget = string | URL | WritableStream<Uint8Array> | NodeWritable | undefined;

/** How to download. */
export interface DownloadOptions extends TransferOptions {
  /**
   * Replaces a file in a target folder. A target that names a file is always replaced.
   *
   * @defaultValue false
   */
  readonly overwrite?: boolean | undefined;
}

/** An archive that went into a stream. */
export interface StreamedArchive {
  /** File name that the site gives it. */
  readonly name: string;
  readonly bytes: number;
  /** Hex; null with `verify: false`. */
  readonly sha256: string | null;
}

/** An archive that is a file now. */
export interface DownloadedFile extends StreamedArchive {
  readonly path: string;
}

/** An archive that is a Blob now. */
export interface DownloadedBlob extends StreamedArchive {
  readonly blob: Blob;
}

/** An archive to be read. Reading fails where the archive does not arrive whole. */
export interface ArchiveStream {
  readonly name: string;
  /** Null where the site does not say. */
  readonly totalBytes: number | null;
  readonly stream: ReadableStream<Uint8Array>;
}

/** Downloads an archive to whatever the target is. */
export async function downloadExport(
  source: ArchiveSource,
  target: DownloadTarget,
  options: DownloadOptions,
): Promise<ArchiveStream | DownloadedFile | StreamedArchive> {
  checkChunkSize(options);
  if (target === undefined) return readableArchive(source, options);
  if (typeof target === 'string' || target instanceof URL) return downloadToFile(source, target, options);
  return toResult(await transferArchive(source, streamSink(target), options));
}

/** Downloads an archive as a Blob. */
export async function downloadBlob(source: ArchiveSource, options: TransferOptions): Promise<DownloadedBlob> {
  checkChunkSize(options);
  const sink = createBlobSink();
  const result = await transferArchive(source, sink, options);
  return { ...toResult(result), blob: sink.toBlob() };
}

async function downloadToFile(
  source: ArchiveSource,
  target: string | URL,
  options: DownloadOptions,
): Promise<DownloadedFile> {
  const sink = await platform.createFileSink(target, { overwrite: options.overwrite ?? false });
  const result = await transferArchive(source, sink, options);
  return { ...toResult(result), path: sink.path };
}

/** A transfer that runs as fast as its reader reads. */
async function readableArchive(source: ArchiveSource, options: DownloadOptions): Promise<ArchiveStream> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  return new Promise((resolve, reject) => {
    const sink: ArchiveSink = {
      open: async ({ fileName, totalBytes }) => resolve({ name: fileName, totalBytes, stream: readable }),
      write: async (chunks) => {
        for (const chunk of chunks) {
          await writer.ready;
          await writer.write(chunk);
        }
      },
      restart: null,
      finish: () => writer.close(),
      discard: async () => {},
    };
    transferArchive(source, sink, options).catch((error: unknown) => {
      reject(error instanceof Error ? error : new Error(String(error)));
      writer.abort(error).catch(() => undefined);
    });
  });
}

function checkChunkSize({ chunkSize }: TransferOptions): void {
  if (chunkSize === undefined || (Number.isSafeInteger(chunkSize) && chunkSize > 0)) return;
  throw new InvalidArgumentError(`The chunk size is ${chunkSize}; give a whole number of bytes, from 1`);
}

function toResult({ fileName, bytes, sha256 }: TransferResult): StreamedArchive {
  return { name: fileName, bytes, sha256 };
}
