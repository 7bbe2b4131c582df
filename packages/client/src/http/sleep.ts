/** The longest time a timer takes; it would end at once for more. */
const longestTimerMs = 2 ** 31 - 1;

/** A time as a timer takes it. */
export function timerMs(ms: number): number {
  return Math.min(ms, longestTimerMs);
}

/** Waits. Rejects with `signal.reason` as soon as the signal aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, timerMs(ms));
    signal?.addEventListener('abort', stop, { once: true });
  });
}
