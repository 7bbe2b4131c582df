import { HeadBucketCommand } from '@aws-sdk/client-s3';

import { SiteError } from '../catalogue/site-error.ts';
import type { ObjectStore } from './object-store.ts';
import { S3Bucket } from './s3-bucket.ts';
import { s3ObjectStore } from './s3-object-store.ts';
import { StorageError } from './storage-error.ts';
import type { S3Settings } from './storage-url.ts';

/**
 * Opens a bucket.
 *
 * @throws SiteError where it is not there, or the credentials do not open it: better now than at the first archive.
 */
export async function openS3ObjectStore(settings: S3Settings): Promise<ObjectStore> {
  const bucket = new S3Bucket(settings);
  try {
    await bucket.send(new HeadBucketCommand({ Bucket: bucket.name }), 'open the bucket of STORAGE_URL');
  } catch (error) {
    if (!(error instanceof StorageError)) {
      throw error;
    }
    const remedy = error.code === 'NotFound' ? '; make the bucket, or name another one' : '';
    throw new SiteError(`${error.message}${remedy}.`);
  }
  return s3ObjectStore(bucket, { isSigning: settings.isRedirecting });
}
