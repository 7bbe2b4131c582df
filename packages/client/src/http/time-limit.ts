import { timerMs } from './sleep.ts';

/** A signal that aborts when the caller's does or when the time is over, whichever is first. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /** Whether it was the time. */
  isOver(): boolean;
  /** Stops the clock; the caller's signal stays connected, as a body may still be read. */
  stop(): void;
}

/** Starts the clock. */
export function startTimeLimit(timeoutMs: number, signal?: AbortSignal): TimeLimit {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timerMs(timeoutMs));
  return {
    signal: signal === undefined ? controller.signal : AbortSignal.any([controller.signal, signal]),
    isOver: () => controller.signal.aborted,
    stop: () => clearTimeout(timer),
  };
}
