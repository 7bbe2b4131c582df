import { Readable } from 'node:stream';
import { promisify } from 'node:util';

import yauzl from 'yauzl';

/** Some bytes of an archive, wherever it is kept: both ends count. */
export type ReadRange = (range: { readonly start: number; readonly end: number }) => Promise<Readable>;

/** Reads an archive by parts, as its store hands them out. */
class RangeReader extends yauzl.RandomAccessReader {
  readonly #read: ReadRange;

  constructor(read: ReadRange) {
    super();
    this.#read = read;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const read = this.#read;
    return Readable.from(
      (async function* bytes() {
        if (end > start) yield* await read({ start, end: end - 1 });
      })(),
    );
  }
}

/**
 * One member of an archive by its name, by a few reads of its end and of the member itself. Null where there is none,
 * or where it is larger than `maxBytes`.
 */
export async function readArchiveMember(
  archive: { readonly bytes: number; readonly read: ReadRange },
  name: string,
  maxBytes: number,
): Promise<Buffer | null> {
  const open = promisify((callback: (error: Error | null, zip?: yauzl.ZipFile) => void) =>
    yauzl.fromRandomAccessReader(
      new RangeReader(archive.read),
      archive.bytes,
      { autoClose: false, lazyEntries: true },
      callback as never,
    ),
  );
  const zip = (await open()) as yauzl.ZipFile;
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== name) continue;
      if (entry.uncompressedSize > maxBytes) return null;
      const chunks: Buffer[] = [];
      for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    }
    return null;
  } finally {
    zip.close();
  }
}
