import { mkdir } from 'node:fs/promises';

import { fileObjectStore } from './file-object-store.ts';
import type { ObjectStore } from './object-store.ts';
import type { StorageSettings } from './storage-url.ts';

/**
 * Opens where a site keeps its archives: its folder, or the bucket of `STORAGE_URL`.
 *
 * @param folder for archives, where they are files.
 * @throws SiteError where the bucket cannot be used.
 */
export async function openObjectStore(storage: StorageSettings, folder: URL): Promise<ObjectStore> {
  if (storage.kind === 'files') {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return fileObjectStore(folder);
  }
  // The SDK takes a while to load, and is not for sites that keep files.
  const { openS3ObjectStore } = await import('./open-s3-object-store.ts');
  return openS3ObjectStore(storage);
}
