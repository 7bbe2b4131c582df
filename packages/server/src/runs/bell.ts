/** Wakes those that wait for something to do. A ring while nobody waits is not lost: who looks at `rings` first hears of it. */
export class Bell {
  #rings = 0;
  #isClosed = false;
  readonly #sleepers = new Set<() => void>();

  /** How often it has rung. */
  get rings(): number {
    return this.#rings;
  }

  /** After this nobody waits any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  ring(): void {
    this.#rings += 1;
    for (const wake of this.#sleepers) {
      wake();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.ring();
  }

  /** Waits until it has rung more often than was heard, at most so long. */
  async waitPast(heard: number, timeoutMs: number): Promise<void> {
    if (this.#rings > heard || this.#isClosed) {
      return;
    }
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#sleepers.add(wake);
    });
  }
}
