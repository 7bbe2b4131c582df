import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import process from 'node:process';

import { gdalEnvironment, type GdalResources } from './gdal-environment.ts';

/** How a program is started. */
export interface SpawnOptions extends GdalResources {
  /** Drivers it must not use. */
  readonly skipped: readonly string[];
  /**
   * Whether the program stays in the process group of this process, which is then killed as a whole by somebody else.
   * Default: a group of its own.
   */
  readonly sharesGroup?: boolean;
}

/**
 * Starts a program of GDAL in an environment of its own, never through a shell. It ends with this process, however
 * that ends short of SIGKILL.
 */
export function spawnGdal(
  program: string,
  args: readonly string[],
  { skipped, sharesGroup = false, ...resources }: SpawnOptions,
): ChildProcessWithoutNullStreams {
  const child = spawn(program, args, {
    stdio: 'pipe',
    env: gdalEnvironment(skipped, resources),
    detached: !sharesGroup && process.platform !== 'win32',
    windowsHide: true,
  });
  // A program that ends early closes its input under what is still written; its exit code tells why.
  child.stdin.on('error', () => undefined);
  endWithThisProcess(() => killGroup(child.pid, sharesGroup), child);
  return child;
}

/** What to kill when this process exits. */
const running = new Set<() => void>();

function endWithThisProcess(kill: () => void, child: ChildProcessWithoutNullStreams): void {
  if (running.size === 0) process.once('exit', killAll);
  running.add(kill);
  const forget = (): void => {
    running.delete(kill);
    if (running.size === 0) process.removeListener('exit', killAll);
  };
  child.once('close', forget);
  child.once('error', forget);
}

function killAll(): void {
  for (const kill of running) kill();
}

/** Kills a program at once, and whatever it started. */
export function killGroup(pid: number | undefined, sharesGroup: boolean): void {
  if (pid === undefined) return;
  const target = sharesGroup || process.platform === 'win32' ? pid : -pid;
  try {
    process.kill(target, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
