import { BlockFile } from '../formats/block-file.ts';
import { PieceQueue } from './piece-queue.ts';

/** Where the features of a set go on their way to `ogr2ogr`. */
export interface FeatureSink extends Disposable {
  write(bytes: Uint8Array): Promise<void>;
  end(): void;
}

/** Straight into a program that is running. Whoever writes waits for it. */
export class PipeSink implements FeatureSink {
  readonly #queue = new PieceQueue();
  readonly #ended: Promise<unknown>;
  #hasEnded = false;

  /** @param start starts the program, which reads the pieces; its promise settles when the program has ended */
  constructor(start: (input: AsyncIterable<Uint8Array>) => Promise<unknown>) {
    this.#ended = start(this.#queue);
    const close = (): void => {
      this.#hasEnded = true;
      this.#queue.close();
    };
    this.#ended.then(close, close);
  }

  /** Fails as the program has failed. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#queue.put(bytes);
    if (this.#hasEnded) await this.#ended;
  }

  end(): void {
    this.#queue.end();
  }

  [Symbol.dispose](): void {
    this.#queue.close();
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
