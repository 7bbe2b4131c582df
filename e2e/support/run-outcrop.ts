import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../packages/cli/bin/outcrop.js', import.meta.url));

/** How a program ended, and what it wrote. */
export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and with what a program runs. */
export interface Surroundings {
  readonly cwd: string;
  /** The API key in the environment; none where it is not given, whatever the machine has. */
  readonly key?: string | undefined;
  /** More of the environment. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** Starts the built command. */
export function startOutcrop(commandLine: readonly string[], surroundings: Surroundings): ChildProcess {
  return startNode([bin, ...commandLine], surroundings);
}

/** Runs the built command to its end. */
export function runOutcrop(commandLine: readonly string[], surroundings: Surroundings): Promise<Finished> {
  return finished(startOutcrop(commandLine, surroundings));
}

/** Runs a JavaScript file to its end. */
export function runScript(
  file: URL,
  commandLine: readonly string[],
  surroundings: Surroundings,
): Promise<Finished> {
  return finished(startNode([fileURLToPath(file), ...commandLine], surroundings));
}

/** Runs any other program to its end. */
export function runProgram(program: string, commandLine: readonly string[]): Promise<Finished> {
  return finished(spawn(program, commandLine, { stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** Waits for the end of a program. */
export function finished(child: ChildProcess): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

function startNode(
  commandLine: readonly string[],
  { cwd, key, environment: added }: Surroundings,
): ChildProcess {
  const { KOORDINATES_TOKEN: _, ...inherited } = process.env;
  const environment = { ...inherited, ...added };
  return spawn(process.execPath, commandLine, {
    cwd,
    env: key === undefined ? environment : { ...environment, KOORDINATES_TOKEN: key },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, as a command at a terminal has, so that a test can press Ctrl-C.
    detached: true,
  });
}

/** Ctrl-C at a terminal: the signal goes to the command and to everything that it has started. */
export function pressCtrlC({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGINT');
}
