import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { treeMemory } from './tree-memory.ts';

/** What a command took. */
export interface Measurement {
  readonly seconds: number;
  /** Seconds of a processor, of the process and all its descendants that it waited for. */
  readonly processorSeconds: number;
  /** Megabytes (10^6 bytes) of the process and all its descendants together, at the worst moment. */
  readonly peakMegabytes: number;
  /** Stopped before it was finished: the seconds are the time it was given. */
  readonly isStopped: boolean;
}

/** A measurement with the size of what was made, in bytes; null where it was stopped. */
export interface SizedMeasurement extends Measurement {
  readonly bytes: number | null;
}

const pollMs = 25;
const keptErrorBytes = 4000;

/**
 * Runs a command to its end and measures it. The memory is the sum of resident memory over the process tree, looked at
 * every 25 ms, or the kernel's own high-water mark of any one process where that is more. Linux only.
 *
 * @throws Error with the end of what it wrote to stderr where it fails.
 */
export async function runMeasured(
  command: readonly [string, ...string[]],
  options: { folder: string; timeoutMs?: number },
): Promise<Measurement> {
  const [program, ...rest] = command;
  const startedAt = performance.now();
  const processorBefore = processorSecondsOfChildren();
  const child = spawn(program, rest, { cwd: options.folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let messages = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    messages = (messages + text).slice(-keptErrorBytes);
  });
  let peakBytes = 0;
  const look = (): void => {
    if (child.pid !== undefined) peakBytes = Math.max(peakBytes, treeMemory(child.pid));
  };
  look();
  const poll = setInterval(look, pollMs);
  let isStopped = false;
  const stop =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          isStopped = true;
          child.kill('SIGKILL');
        }, options.timeoutMs);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0 && !isStopped)
      throw new Error(`${command.join(' ')} ended with ${code}: ${messages.trim()}`);
    return {
      seconds: (performance.now() - startedAt) / 1000,
      processorSeconds: processorSecondsOfChildren() - processorBefore,
      peakMegabytes: peakBytes / 1e6,
      isStopped,
    };
  } finally {
    clearInterval(poll);
    clearTimeout(stop);
  }
}

/** What the kernel has counted of the children of this process that have ended: 100 ticks are a second (proc(5)). */
function processorSecondsOfChildren(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
