import type { IncomingMessage } from 'node:http';
import type { UnderlyingSource } from 'node:stream/web';

import type { TakeBytes } from './read-in-blocks.ts';

const readAheadBytes = 2 * 1024 * 1024;

/**
 * The rest of a message, for a `ReadableStream`, from bytes that did not go through the HTTP parser. The connection is
 * read as long as less than `readAheadBytes` wait for the stream's reader.
 */
export class DirectBody implements UnderlyingSource<Uint8Array> {
  readonly #message: IncomingMessage;
  #left: number;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #failure: Error | null = null;

  /** The message says its length, and is not read yet. */
  static stream(message: IncomingMessage): { stream: ReadableStream<Uint8Array>; take: TakeBytes } {
    const body = new DirectBody(message);
    const strategy = new ByteLengthQueuingStrategy({ highWaterMark: readAheadBytes });
    return { stream: new ReadableStream(body, strategy), take: (bytes) => body.#take(bytes) };
  }

  private constructor(message: IncomingMessage) {
    this.#message = message;
    this.#left = Number(message.headers['content-length']);
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
    const first: Buffer | null = this.#message.read();
    if (first !== null) this.#take(first);
    this.#message.on('error', (cause) => {
      this.#failure = cause;
      this.#failWhenRead();
    });
  }

  pull(): void {
    if (this.#failure === null) this.#message.socket.resume();
    else this.#failWhenRead();
  }

  cancel(): void {
    this.#message.destroy();
  }

  #take(bytes: Buffer): boolean {
    const own = bytes.subarray(0, this.#left);
    this.#left -= own.byteLength;
    this.#controller?.enqueue(own);
    if (this.#left > 0) return this.#room() > 0;
    this.#controller?.close();
    this.#message.destroy();
    return false;
  }

  /** What waits to be read is still good. */
  #failWhenRead(): void {
    if (this.#room() === readAheadBytes) this.#controller?.error(this.#failure);
  }

  #room(): number {
    return this.#controller?.desiredSize ?? 0;
  }
}
