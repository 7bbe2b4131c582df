import { readFileSync } from 'node:fs';

/** What a watchdog allows. */
export interface WatchdogOptions {
  readonly timeoutMs: number;
  readonly quietMs: number;
  readonly kill: () => void;
}

/** So often in each quiet time it looks whether the program computes. */
const looksEachQuietTime = 10;

/**
 * Kills a program that takes too long in all, or that hangs: that has neither printed anything nor used the processor
 * for a while. GDAL says nothing for minutes when it writes a large image, but then it computes.
 */
export class Watchdog implements Disposable {
  readonly #timers: NodeJS.Timeout[];
  readonly #pid: number | undefined;
  readonly #kill: () => void;
  #lastActivity = Date.now();
  #processorTime: string | null = null;
  #verdict: string | null = null;

  constructor(pid: number | undefined, { timeoutMs, quietMs, kill }: WatchdogOptions) {
    this.#pid = pid;
    this.#kill = kill;
    const look = (): void => {
      this.#lookAtProcessor();
      if (Date.now() - this.#lastActivity >= quietMs) this.stop(`did nothing for ${seconds(quietMs)}`);
    };
    this.#timers = [
      setTimeout(() => this.stop(`took longer than ${seconds(timeoutMs)}`), Math.min(timeoutMs, 2 ** 31 - 1)),
      setInterval(look, Math.max(quietMs / looksEachQuietTime, 10)),
    ];
  }

  /** Why the program was killed, in words that follow its name; null where it was not. */
  get verdict(): string | null {
    return this.#verdict;
  }

  /** The program has said something. */
  noteActivity(): void {
    this.#lastActivity = Date.now();
  }

  /** Kills the program; the first verdict, in words that follow its name, is the one that is told. */
  stop(verdict: string): void {
    this.#verdict ??= verdict;
    this.#kill();
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Linux tells the time a process has had; elsewhere only its output shows that it lives. */
  #lookAtProcessor(): void {
    const now = processorTime(this.#pid);
    if (now !== null && now !== this.#processorTime) this.noteActivity();
    this.#processorTime = now;
  }
}

/** User and system time of a process, in the kernel's ticks; null where it cannot be known. */
function processorTime(pid: number | undefined): string | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ');
    return fields === undefined ? null : `${fields[11]} ${fields[12]}`;
  } catch {
    return null;
  }
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
