import { readFile } from 'node:fs/promises';

import { deflateBlockBytes, deflatePiece, isWorthDeflating } from './deflate.ts';

/** Bytes of something, and of the same in an archive. */
export interface Size {
  readonly unzipped: number;
  readonly zipped: number;
}

/** Bytes of a member's two headers without its name, which is in both, and of its line in the manifest. */
const memberBytes = 200;

/** What files would take in an archive, by compressing them as an archive does. They are held in memory. */
export async function zippedSize(paths: readonly string[]): Promise<Size> {
  let [unzipped, zipped] = [0, 0];
  for (const path of paths) {
    const bytes = await readFile(path);
    unzipped += bytes.length;
    zipped += memberBytes + (await deflatedLength(bytes));
  }
  return { unzipped, zipped };
}

/** Bytes that a member would have in an archive. */
async function deflatedLength(bytes: Buffer): Promise<number> {
  if (bytes.length === 0 || !isWorthDeflating(bytes.subarray(0, deflateBlockBytes))) return bytes.length;
  let length = 0;
  for (let at = 0; at < bytes.length; at += deflateBlockBytes) {
    length += (await deflatePiece(bytes.subarray(at, at + deflateBlockBytes))).length;
  }
  return length;
}
