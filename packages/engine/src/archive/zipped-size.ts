import { readFile } from 'node:fs/promises';

import { deflateBlockBytes, deflatePiece, isUseless } from './deflate.ts';

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
  if (bytes.length === 0) return 0;
  const piece = bytes.subarray(0, deflateBlockBytes);
  const first = await deflatePiece(piece);
  if (isUseless(first, piece)) return bytes.length;
  let length = first.length;
  for (let at = deflateBlockBytes; at < bytes.length; at += deflateBlockBytes) {
    length += (await deflatePiece(bytes.subarray(at, at + deflateBlockBytes))).length;
  }
  return length;
}
