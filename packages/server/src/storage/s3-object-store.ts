import { rm } from 'node:fs/promises';

import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

import { checkKey, checkPrefix, isKey } from './object-key.ts';
import type { ByteRange, ObjectStore, SignedUrlOrder, StoredObject } from './object-store.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { isMissing, toStorageError } from './s3-error.ts';
import { fetchObject } from './s3-fetch.ts';
import { abortUploads } from './s3-unfinished.ts';
import { uploadFile } from './s3-upload.ts';
import { StorageError } from './storage-error.ts';

/** How many objects are deleted at the same time. */
const concurrency = 16;

/**
 * Keeps objects in a bucket of an S3 service.
 *
 * @param options.isSigning whether downloads may go to the service itself.
 */
export function s3ObjectStore(bucket: S3Bucket, options: { isSigning: boolean }): ObjectStore {
  const remove = async (key: string): Promise<void> => {
    await bucket.send(new DeleteObjectCommand(bucket.at(key)), `delete ${key}`);
  };
  return {
    async put(key, file, { signal } = {}) {
      checkKey(key);
      await uploadFile(bucket, key, { file, signal });
      await rm(file);
    },
    async putFile(key, file, { signal } = {}) {
      checkKey(key);
      await uploadFile(bucket, key, { file, signal });
    },
    async fetchTo(key, file, { signal } = {}) {
      checkKey(key);
      return fetchObject(bucket, key, { file, signal });
    },
    stat: (key) => describe(bucket, key),
    read: (key, range) => readObject(bucket, key, range),
    list: (prefix) => listObjects(bucket, prefix),
    async delete(key) {
      checkKey(key);
      await remove(key);
    },
    async deletePrefix(prefix) {
      // One by one: deleting many in one request needs a checksum that services do not agree about.
      let batch: Promise<void>[] = [];
      for await (const { key } of listObjects(bucket, prefix)) {
        batch.push(remove(key));
        if (batch.length === concurrency) {
          await settleAll(batch);
          batch = [];
        }
      }
      await settleAll(batch);
    },
    deleteUnfinished: (before) => abortUploads(bucket, before),
    sign: options.isSigning ? (key, order) => signUrl(bucket, key, order) : null,
  };
}

/** Waits for all, so that no failure is left without anyone to hear it. */
async function settleAll(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    throw failed.reason;
  }
}

async function describe(bucket: S3Bucket, key: string): Promise<StoredObject | null> {
  checkKey(key);
  return orNull(async () => {
    const found = await bucket.send(new HeadObjectCommand(bucket.at(key)), `look at ${key}`);
    return { key, bytes: found.ContentLength ?? 0, modifiedAt: found.LastModified ?? new Date(0) };
  });
}

async function readObject(
  bucket: S3Bucket,
  key: string,
  range: ByteRange | undefined,
): Promise<ReadableStream<Uint8Array> | null> {
  checkKey(key);
  const part = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` };
  return orNull(async () => {
    const { Body } = await bucket.send(new GetObjectCommand({ ...bucket.at(key), ...part }), `read ${key}`);
    if (Body === undefined) {
      throw new StorageError(`The storage could not read ${key}: it sent nothing`, {
        code: 'Incomplete',
        isRetryable: true,
      });
    }
    return Body.transformToWebStream() as ReadableStream<Uint8Array>;
  });
}

async function* listObjects(bucket: S3Bucket, prefix: string): AsyncGenerator<StoredObject> {
  checkPrefix(prefix);
  const where = { Bucket: bucket.name, Prefix: bucket.prefix + prefix };
  let token: string | undefined;
  do {
    const page = await bucket.send(
      new ListObjectsV2Command({ ...where, ContinuationToken: token }),
      `list ${prefix || 'its objects'}`,
    );
    for (const { Key = '', Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
      const key = Key.slice(bucket.prefix.length);
      if (isKey(key)) {
        yield { key, bytes: Size, modifiedAt: LastModified };
      }
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

async function signUrl(bucket: S3Bucket, key: string, order: SignedUrlOrder): Promise<URL> {
  checkKey(key);
  const input = {
    ...bucket.at(key),
    ResponseContentType: order.contentType,
    ResponseContentDisposition: order.contentDisposition,
    ResponseCacheControl: 'private',
  };
  const command = order.method === 'GET' ? new GetObjectCommand(input) : new HeadObjectCommand(input);
  try {
    return new URL(await getSignedUrl(bucket.signer, command, { expiresIn: order.validSeconds }));
  } catch (error) {
    throw toStorageError(error, `sign an address of ${key}`);
  }
}

async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (isMissing(error)) {
      return null;
    }
    throw error;
  }
}
