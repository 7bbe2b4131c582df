import { promisify } from 'node:util';
import { constants, deflateRaw } from 'node:zlib';

const deflateBlock = promisify<Buffer, { level: number; finishFlush: number }, Buffer>(deflateRaw);

/** Bytes that are compressed as one piece. Larger ones gain nothing, smaller ones lose their dictionary too often. */
export const deflateBlockBytes = 1 << 20;

/** Closes a deflate stream whose pieces all end on a sync flush: an empty last block (RFC 1951, 3.2.3). */
export const deflateEnd: Uint8Array = Uint8Array.of(3, 0);

/**
 * Compresses a piece on zlib's thread pool. Pieces end on a byte boundary and can be put behind each other, so that all
 * cores work on one file and the bytes do not depend on how many there are.
 */
export function deflatePiece(bytes: Buffer, level: number): Promise<Buffer> {
  return deflateBlock(bytes, { level, finishFlush: constants.Z_SYNC_FLUSH });
}
