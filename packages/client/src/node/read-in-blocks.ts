import type { OnReadOpts } from 'node:net';

/** Takes a piece, in memory that is its own, and says whether to read on before `resume()`. */
export type TakeBytes = (bytes: Buffer) => boolean;

/** Bytes that are read from a connection at once, at most; the runtime's own reads take 64 KiB. */
const blockBytes = 256 * 1024;
/** As many as a download has in use at once. */
const maxSpare = 16;
const spare: Buffer[] = [];
/** The memory of pieces that are whole blocks: each comes back once, and nothing else does. */
const lent = new WeakSet<ArrayBufferLike>();

/** An option for connections that has them read in large blocks. */
export function readInBlocks(take: TakeBytes): OnReadOpts {
  let block = newBlock();
  return {
    buffer: () => block,
    callback: (count) => {
      const bytes = block.subarray(0, count);
      // A small piece must not hold on to a large block; copying one costs little.
      if (count < blockBytes / 4) return take(copy(bytes));
      lent.add(bytes.buffer);
      block = newBlock();
      return take(bytes);
    },
  };
}

/**
 * Gives back pieces that no one uses any more. It is worth the trouble: memory that is new has to be cleared by the
 * system, and is in no cache, which costs more than all the reading.
 */
export function recycleBlocks(pieces: readonly Uint8Array[]): void {
  for (const { buffer } of pieces) {
    if (lent.delete(buffer) && spare.length < maxSpare) spare.push(Buffer.from(buffer));
  }
}

function newBlock(): Buffer {
  return spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
}

function copy(bytes: Uint8Array): Buffer {
  const copied = Buffer.allocUnsafeSlow(bytes.byteLength);
  copied.set(bytes);
  return copied;
}
