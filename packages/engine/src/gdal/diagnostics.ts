/** Bounds of what is kept of a program's complaints. */
const kept = { tailCharacters: 8192, warnings: 50, lineCharacters: 500 } as const;

/** Collects what a program writes to stderr, within bounds. */
export class Diagnostics {
  readonly #warnings = new Set<string>();
  #tail = '';
  #line = '';
  #errors = 0;
  #lastError: string | null = null;
  #isDiskFull = false;

  /** Takes the next piece. */
  read(text: string): void {
    this.#tail = (this.#tail + text).slice(-kept.tailCharacters);
    const lines = (this.#line + text).split('\n');
    this.#line = (lines.pop() ?? '').slice(0, kept.lineCharacters);
    for (const line of lines) this.#note(line.trim().slice(0, kept.lineCharacters));
  }

  /** Takes note of a last line without an end. */
  finish(): void {
    this.#note(this.#line.trim());
    this.#line = '';
  }

  /** The last of it. */
  get tail(): string {
    return this.#tail.trim();
  }

  /** Each once, without `Warning 1:`. */
  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  /** Whether the program named an error, which it may do and still end with exit code 0. */
  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  /** The last error in GDAL's words, else the last line; null where it said nothing. */
  get reason(): string | null {
    return this.#lastError ?? this.tail.split('\n').at(-1)?.trim().slice(0, kept.lineCharacters) ?? null;
  }

  get isDiskFull(): boolean {
    return this.#isDiskFull;
  }

  #note(line: string): void {
    const warning = /^Warning \d+: (.*)$/.exec(line)?.[1];
    if (warning !== undefined && this.#warnings.size < kept.warnings) this.#warnings.add(warning);
    const error = /^(?:ERROR|FATAL) \d+: (.*)$/.exec(line)?.[1];
    if (error !== undefined) {
      this.#errors += 1;
      this.#lastError = error;
    }
    if (/no space left on device|disk quota exceeded|disk full|free disk space available/i.test(line)) {
      this.#isDiskFull = true;
    }
  }
}
