import type { ArchiveSink } from './archive-sink.ts';

/** Bytes from which on pieces become a Blob of their own, which browsers can keep on disk. */
const spillBytes = 8 * 1024 * 1024;

/** A sink that is a Blob in the end. */
export interface BlobSink extends ArchiveSink {
  /** What was written. */
  toBlob(): Blob;
}

/** Collects an archive without holding all of it as bytes. */
export function createBlobSink(): BlobSink {
  let spilled: Blob[] = [];
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reset = async (): Promise<void> => {
    spilled = [];
    pieces = [];
    bytes = 0;
  };
  return {
    open: reset,
    write: async (chunks) => {
      for (const chunk of chunks) {
        pieces.push(chunk as Uint8Array<ArrayBuffer>);
        bytes += chunk.byteLength;
      }
      if (bytes < spillBytes) return;
      spilled.push(new Blob(pieces));
      pieces = [];
      bytes = 0;
    },
    restart: reset,
    finish: async () => undefined,
    discard: reset,
    toBlob: () => new Blob([...spilled, ...pieces], { type: 'application/zip' }),
  };
}
