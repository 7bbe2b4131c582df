import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandInput,
  type ListMultipartUploadsCommandOutput,
} from '@aws-sdk/client-s3';

import type { S3Bucket } from './s3-bucket.ts';
import { StorageError } from './storage-error.ts';

const doing = 'abort uploads that nobody finishes';

/**
 * Aborts the uploads in parts that were begun before a time. A service that cannot list them has none, or a rule of its own.
 *
 * @returns how many.
 * @throws StorageError
 */
export async function abortUploads(bucket: S3Bucket, before: Date): Promise<number> {
  let input: ListMultipartUploadsCommandInput | null = { Bucket: bucket.name, Prefix: bucket.prefix };
  let count = 0;
  while (input !== null) {
    const page = await listUploads(bucket, input);
    for (const { Key, UploadId, Initiated } of page?.Uploads ?? []) {
      if (Initiated !== undefined && Initiated < before) {
        await bucket.send(new AbortMultipartUploadCommand({ Bucket: bucket.name, Key, UploadId }), doing);
        count += 1;
      }
    }
    input =
      page?.IsTruncated === true
        ? { ...input, KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
        : null;
  }
  return count;
}

async function listUploads(
  bucket: S3Bucket,
  input: ListMultipartUploadsCommandInput,
): Promise<ListMultipartUploadsCommandOutput | null> {
  try {
    return await bucket.send(new ListMultipartUploadsCommand(input), doing);
  } catch (error) {
    if (error instanceof StorageError && error.code === 'NotImplemented') {
      return null;
    }
    throw error;
  }
}
