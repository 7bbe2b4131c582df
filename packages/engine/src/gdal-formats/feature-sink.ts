import { once } from 'node:events';
import { PassThrough } from 'node:stream';

import { BlockFile } from '../formats/block-file.ts';

/** Bytes that may wait for `ogr2ogr` to take them. */
const waitingBytes = 32 * 1024 * 1024;

/** Where the features of a set go on their way to `ogr2ogr`. */
export interface FeatureSink extends Disposable {
  write(bytes: Uint8Array): Promise<void>;
  end(): void;
}

/** Straight into a program that is running. Whoever writes waits for it. */
export class PipeSink implements FeatureSink {
  readonly stream = new PassThrough({ highWaterMark: waitingBytes });
  readonly #ended: Promise<unknown>;

  /** @param start starts the program, which reads the stream; its promise settles when the program has ended */
  constructor(start: (input: AsyncIterable<Uint8Array>) => Promise<unknown>) {
    this.#ended = start(this.stream);
    // It is awaited where the features end; until then a failure only has to stop the writing.
    this.#ended.catch(() => undefined);
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.stream.write(bytes)) return;
    await Promise.race([once(this.stream, 'drain'), this.#ended]);
  }

  end(): void {
    this.stream.end();
  }

  [Symbol.dispose](): void {
    this.stream.destroy();
  }
}

/** Into a file, from which the program reads it when all have come. */
export class FileSink implements FeatureSink {
  readonly #file: BlockFile;

  constructor(path: string) {
    this.#file = new BlockFile(path);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#file.append(bytes);
  }

  end(): void {
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
