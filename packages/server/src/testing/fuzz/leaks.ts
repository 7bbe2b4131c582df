import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a process holds at a moment. */
export interface Holdings {
  /** Bytes of the heap, after a collection. */
  readonly heap: number;
  /** Open file descriptors; 0 where the system does not say. */
  readonly files: number;
  /** Timers, sockets, programs and the like that keep it alive. */
  readonly handles: number;
}

/** Counts what this process holds, once whatever is on its way has had a moment to end. */
export async function countHoldings(): Promise<Holdings> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    heap: process.memoryUsage().heapUsed,
    files: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
    handles: process.getActiveResourcesInfo().filter((name) => name !== 'Timeout' && name !== 'Immediate')
      .length,
  };
}
