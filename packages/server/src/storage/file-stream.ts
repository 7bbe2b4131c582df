import type { FileHandle } from 'node:fs/promises';

import type { ByteRange } from './object-store.ts';

/** A part of an open file. Whoever has taken it closes the file. */
export interface FilePart {
  readonly handle: FileHandle;
  /** Both ends count; the end is before the start where there are no bytes. */
  readonly range: ByteRange;
}

/** Of a file, read at once. */
export const blockBytes = 256 * 1024;

const parts = new WeakMap<ReadableStream, FilePart>();

/** The bytes of a part of a file. The file is closed after the last one, and when the stream is cancelled. */
export function streamOfFile(part: FilePart): ReadableStream<Uint8Array> {
  const { handle, range } = part;
  let position = range.start;
  const source = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
      const length = Math.min(blockBytes, range.end + 1 - position);
      if (length > 0) {
        const bytes = await readPart(part, position, Buffer.allocUnsafeSlow(length));
        controller.enqueue(bytes);
        position += bytes.length;
      }
      if (position <= range.end) return;
      controller.close();
      await handle.close();
    },
    cancel: () => handle.close(),
  };
  // Nothing is read before it is asked for: the part can be taken until then.
  const stream = new ReadableStream(source, { highWaterMark: 0 });
  parts.set(stream, part);
  return stream;
}

/**
 * The next bytes of a part, as many as the block takes and come at once.
 *
 * @throws Error where the file is shorter than it was.
 */
export async function readPart(
  { handle, range }: FilePart,
  position: number,
  block: Buffer,
): Promise<Buffer> {
  const left = range.end + 1 - position;
  const { bytesRead } = await handle.read(block, 0, Math.min(block.length, left), position);
  if (bytesRead === 0) throw new Error(`The file has ended ${left} bytes early.`);
  return block.subarray(0, bytesRead);
}

/** The file behind a stream that nobody reads: who sends it to a socket does so with less work. Null for other streams. */
export function takeFilePart(stream: ReadableStream | null): FilePart | null {
  if (stream === null || stream.locked) return null;
  const part = parts.get(stream) ?? null;
  parts.delete(stream);
  return part;
}
