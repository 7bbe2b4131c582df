import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import process from 'node:process';

import { gdalEnvironment, type GdalResources } from './gdal-environment.ts';

let sharesGroup = false;

/**
 * From now on programs stay in the process group of this process, because whoever started it kills that group as a
 * whole: then nothing is left even where this process is killed without a chance to end them.
 */
export function keepProgramsInGroup(): void {
  sharesGroup = true;
}

/** Else each has a group of its own, so that what it starts can be killed with it. */
function hasOwnGroup(): boolean {
  return !sharesGroup && process.platform !== 'win32';
}

/** How a program is started. */
export interface SpawnOptions extends GdalResources {
  /** Drivers it must not use. */
  readonly skipped: readonly string[];
  /** Folder that it runs in; that of this process where absent. */
  readonly workingFolder?: string;
}

/**
 * Starts a program of GDAL in an environment of its own, never through a shell. It ends with this process, however
 * that ends short of SIGKILL.
 */
export function spawnGdal(
  program: string,
  args: readonly string[],
  { skipped, workingFolder, ...resources }: SpawnOptions,
): ChildProcessWithoutNullStreams {
  const [file, words] = withMemoryBound(program, args, resources);
  const child = spawn(file, words, {
    stdio: 'pipe',
    cwd: workingFolder,
    env: gdalEnvironment(skipped, resources),
    detached: hasOwnGroup(),
    windowsHide: true,
  });
  // A program that ends early closes its input under what is still written; its exit code tells why.
  child.stdin.on('error', () => undefined);
  endWithThisProcess(() => killProgram(child.pid), child);
  return child;
}

/** `prlimit` of Linux sets the bound and then becomes the program, under the same process id. */
function withMemoryBound(
  program: string,
  args: readonly string[],
  { memoryBytes }: GdalResources,
): [string, readonly string[]] {
  if (memoryBytes === undefined || process.platform !== 'linux') return [program, args];
  return ['prlimit', [`--as=${memoryBytes}`, '--', program, ...args]];
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
export function killProgram(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(hasOwnGroup() ? -pid : pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
