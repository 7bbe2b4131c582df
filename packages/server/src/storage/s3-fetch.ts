import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';

import { GetObjectCommand } from '@aws-sdk/client-s3';
import { hasCode } from '@outcrop/engine';

import type { S3Bucket } from './s3-bucket.ts';
import { isMissing, toStorageError } from './s3-error.ts';
import { StorageError } from './storage-error.ts';

/** Connections for one object, each of which goes on where the one before it broke. */
const maxConnections = 5;

interface Fetch {
  readonly bucket: S3Bucket;
  readonly key: string;
  readonly handle: FileHandle;
  readonly signal: AbortSignal | undefined;
  received: number;
  etag: string | undefined;
}

/**
 * Makes a file of an object of a bucket, whole or not at all.
 *
 * @returns false where there is no such object.
 * @throws StorageError; on abort, `signal.reason`.
 */
export async function fetchObject(
  bucket: S3Bucket,
  key: string,
  { file, signal }: { file: URL; signal: AbortSignal | undefined },
): Promise<boolean> {
  const draft = new URL(`${file.href}.part`);
  const handle = await open(draft, 'w');
  try {
    try {
      await receive({ bucket, key, handle, signal, received: 0, etag: undefined });
    } finally {
      await handle.close();
    }
    await rename(draft, file);
    return true;
  } catch (error) {
    await rm(draft, { force: true });
    if (isMissing(error)) {
      return false;
    }
    throw error;
  }
}

async function receive(fetch: Fetch): Promise<void> {
  for (let connection = 1; ; connection += 1) {
    try {
      await receiveRest(fetch);
      return;
    } catch (error) {
      fetch.signal?.throwIfAborted();
      if (!(error instanceof StorageError) || !error.isRetryable || connection === maxConnections) {
        throw error;
      }
    }
  }
}

/** One connection. The object must still be the one that the first connection found. */
async function receiveRest(fetch: Fetch): Promise<void> {
  const { bucket, key, handle, signal } = fetch;
  const resumed =
    fetch.etag === undefined || fetch.received === 0
      ? {}
      : { Range: `bytes=${fetch.received}-`, IfMatch: fetch.etag };
  const doing = `fetch ${key}`;
  const answer = await bucket.send(new GetObjectCommand({ ...bucket.at(key), ...resumed }), doing, signal);
  fetch.etag = answer.ETag;
  const total = fetch.received + (answer.ContentLength ?? 0);
  const body = answer.Body as Readable;
  const stop = (): void => void body.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      await writeAll(handle, chunk, fetch.received);
      fetch.received += chunk.length;
    }
  } catch (error) {
    throw hasCode(error, 'ENOSPC', 'EDQUOT', 'EIO', 'EFBIG') ? error : toStorageError(error, doing);
  } finally {
    signal?.removeEventListener('abort', stop);
    body.destroy();
  }
  signal?.throwIfAborted();
  if (fetch.received < total) {
    throw new StorageError(`The storage could not ${doing}: it sent ${fetch.received} of ${total} bytes`, {
      code: 'Incomplete',
      isRetryable: true,
    });
  }
}

async function writeAll(handle: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let written = 0; written < chunk.length;) {
    const { bytesWritten } = await handle.write(chunk, written, chunk.length - written, position + written);
    written += bytesWritten;
  }
}
