/** A tick is 2.5 %: every fourth is printed as a number, the others as a dot. */
const ticks = 40;
const ticksPerNumber = 4;

/**
 * Reads what GDAL's programs print as they go: `0...10...20` up to `100 - done.` Only what continues the sequence is
 * taken, so that names and figures around it are not; a `0` begins it anew, as programs do with each thing they make.
 */
export class ProgressReader {
  /** Of the last tick; null before the first `0`. */
  #tick: number | null = null;
  #number = '';

  /** Takes the next piece of output. Returns the fraction that is done, from 0 to 1. */
  read(text: string): number {
    for (const character of text) {
      if (character >= '0' && character <= '9') {
        this.#number = (this.#number + character).slice(-3);
        continue;
      }
      this.#takeNumber();
      if (character === '.') this.#takeDot();
    }
    if (this.#number === '100') this.#takeNumber();
    return (this.#tick ?? 0) / ticks;
  }

  #takeNumber(): void {
    const tick = (Number(this.#number) / 10) * ticksPerNumber;
    const isNext = this.#tick !== null && tick === this.#tick + 1;
    if (this.#number === '0' || isNext) this.#tick = tick;
    this.#number = '';
  }

  #takeDot(): void {
    const isNext = this.#tick !== null && this.#tick < ticks && (this.#tick + 1) % ticksPerNumber !== 0;
    if (isNext) this.#tick! += 1;
  }
}
