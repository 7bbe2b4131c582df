/** Bytes that may wait to be taken. */
const mostWaiting = 4 * 1024 * 1024;

/**
 * Pieces of bytes from whoever makes them to whoever takes them, uncopied and in order. A stream of Node's would join all
 * that wait into one piece each time.
 */
export class PieceQueue implements AsyncIterable<Uint8Array> {
  readonly #pieces: Uint8Array[] = [];
  #waitingBytes = 0;
  #isEnded = false;
  /** Nobody takes anything any more. */
  #isClosed = false;
  #wakeTaker: () => void = () => undefined;
  #wakeGiver: () => void = () => undefined;

  /** Resolves when there is room for more, at once where nobody takes any more. For one giver, who awaits each call. */
  async put(piece: Uint8Array): Promise<void> {
    if (this.#isClosed) return;
    this.#pieces.push(piece);
    this.#waitingBytes += piece.length;
    this.#wakeTaker();
    while (this.#waitingBytes > mostWaiting && !this.#isClosed) {
      await new Promise<void>((resolve) => (this.#wakeGiver = resolve));
    }
  }

  /** Nothing more comes. */
  end(): void {
    this.#isEnded = true;
    this.#wakeTaker();
  }

  /** What waits is dropped. */
  close(): void {
    this.#isClosed = true;
    this.#pieces.length = 0;
    this.#wakeTaker();
    this.#wakeGiver();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        yield piece;
        this.#waitingBytes -= piece.length;
        this.#wakeGiver();
      } else if (this.#isEnded || this.#isClosed) return;
      else await new Promise<void>((resolve) => (this.#wakeTaker = resolve));
    }
  }
}
