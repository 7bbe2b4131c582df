import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

import type { S3Bucket } from './s3-bucket.ts';

const minPartBytes = 8 * 1024 * 1024;
/** S3 takes no more. */
const maxParts = 10_000;
/** So many parts are in memory at the same time. */
const concurrency = 4;

interface Source {
  readonly handle: FileHandle;
  readonly bytes: number;
}

/**
 * Puts a file into a bucket: in one request, or, where it is large, in parts. A part that fails ends the others; then the
 * upload is aborted, so that the service does not keep (and charge for) parts of nothing.
 *
 * @throws StorageError; on abort, `signal.reason`.
 */
export async function uploadFile(
  bucket: S3Bucket,
  key: string,
  { file, signal }: { file: URL; signal: AbortSignal | undefined },
): Promise<void> {
  const handle = await open(file);
  try {
    const { size: bytes } = await handle.stat();
    const source = { handle, bytes };
    if (bytes <= minPartBytes) {
      const Body = await readPart(source, { start: 0, length: bytes });
      await bucket.send(new PutObjectCommand({ ...bucket.at(key), Body }), `store ${key}`, signal);
    } else {
      await uploadInParts(bucket, key, { source, signal });
    }
  } finally {
    await handle.close();
  }
}

async function uploadInParts(
  bucket: S3Bucket,
  key: string,
  { source, signal }: { source: Source; signal: AbortSignal | undefined },
): Promise<void> {
  const doing = `store ${key}`;
  const at = bucket.at(key);
  const { UploadId } = await bucket.send(new CreateMultipartUploadCommand(at), doing, signal);
  const upload = { ...at, UploadId };
  try {
    const Parts = await uploadParts(bucket, key, { source, signal, upload });
    await bucket.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }),
      doing,
      signal,
    );
  } catch (error) {
    // Where even this fails, the janitor and the rule of the bucket see to the parts; what matters is why it was needed.
    await bucket.send(new AbortMultipartUploadCommand(upload), doing).catch(() => undefined);
    throw error;
  }
}

/** Resolves or rejects when nothing is on its way any more: a part that arrives after an abort would stay. */
async function uploadParts(
  bucket: S3Bucket,
  key: string,
  parts: { source: Source; signal: AbortSignal | undefined; upload: Omit<UploadPartInput, 'PartNumber'> },
): Promise<CompletedPart[]> {
  const { source, upload } = parts;
  const partBytes = Math.max(minPartBytes, Math.ceil(source.bytes / maxParts));
  const count = Math.ceil(source.bytes / partBytes);
  const completed: CompletedPart[] = Array.from({ length: count });
  const failing = new AbortController();
  const signal = AbortSignal.any([failing.signal, ...(parts.signal === undefined ? [] : [parts.signal])]);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      signal.throwIfAborted();
      const start = index * partBytes;
      const Body = await readPart(source, { start, length: Math.min(partBytes, source.bytes - start) });
      const command = new UploadPartCommand({ ...upload, PartNumber: index + 1, Body });
      const { ETag } = await bucket.send(command, `store ${key}`, signal);
      completed[index] = { PartNumber: index + 1, ETag };
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, count) }, () =>
    work().catch((error: unknown) => {
      failing.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(workers);
  signal.throwIfAborted();
  return completed;
}

interface UploadPartInput {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string | undefined;
  readonly PartNumber: number;
}

async function readPart(source: Source, part: { start: number; length: number }): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(part.length);
  let filled = 0;
  while (filled < part.length) {
    const { bytesRead } = await source.handle.read(buffer, filled, part.length - filled, part.start + filled);
    if (bytesRead === 0) {
      throw new Error('The file became shorter while it was stored');
    }
    filled += bytesRead;
  }
  return buffer;
}
