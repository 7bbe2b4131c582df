import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Writable } from 'node:stream';

import type { FailureCode } from '@outcrop/contract';

import { EngineError } from '../engine-error.ts';
import { Diagnostics } from './diagnostics.ts';
import { commandText, type GdalCommand } from './gdal-command.ts';
import { gdalRemedy, requireGdal, skippedDrivers } from './gdal-drivers.ts';
import type { GdalResources } from './gdal-environment.ts';
import { ProgressReader } from './progress-reader.ts';
import { killProgram, spawnGdal } from './spawn-gdal.ts';
import { Watchdog } from './watchdog.ts';

/** How a command is run, watched and stopped. */
export interface GdalRunOptions extends GdalResources {
  readonly signal?: AbortSignal | undefined;
  /** Told the fraction that is done, from 0 to 1. Only of commands that tell their progress. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
  /** Takes stdout as it comes, and waits for nothing; without it stdout is kept. */
  readonly onOutput?: ((text: string) => void) | undefined;
  /** A program that prints more for us to keep is killed. Default 256 MiB. */
  readonly maxOutputBytes?: number;
  /** What the program reads on stdin. */
  readonly input?: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;
  /** The longest a run may take. Default 12 hours. */
  readonly timeoutMs?: number;
  /** A program that neither says nor computes anything for so long hangs, and is killed. Default 5 minutes. */
  readonly quietMs?: number;
  /** The code of the failure, where the program fails by itself. Default `gdal-failed`. */
  readonly failureCode?: FailureCode;
  /** Errors that GDAL names and then goes on are a failure, unless this is set. */
  readonly toleratesErrors?: boolean;
}

/** What a successful run said. */
export interface GdalOutcome {
  /** Empty for a command that tells its progress. */
  readonly stdout: string;
  /** In GDAL's words, each once. */
  readonly warnings: readonly string[];
}

const hourMs = 3_600_000;
/** Descriptions of a raster with a large attribute table are megabytes; nothing sensible is more than this. */
const defaults = { timeoutMs: 12 * hourMs, quietMs: 300_000, maxOutputBytes: 256 * 1024 ** 2 } as const;
/** How long the outputs of a program that has ended are read, where something it started holds them open. */
const leftOpenMs = 500;

/**
 * Runs one command of GDAL: without a shell, with the drivers that the command allows and no others, without network
 * and credentials, and with bounds to its time, output and memory. On abort the program and all it started are killed,
 * and the promise settles when it has ended.
 *
 * @throws EngineError `gdal-missing`; `gdal-hung` where it was killed for its silence, its time or its output;
 *   `disk-full`; else `gdal-failed`, with the command, the exit code and the end of stderr in `program`. On abort,
 *   `signal.reason`.
 */
export async function runGdal(command: GdalCommand, options: GdalRunOptions = {}): Promise<GdalOutcome> {
  options.signal?.throwIfAborted();
  const skipped = command.drivers.length === 0 ? [] : skippedDrivers(await requireGdal(), command.drivers);
  options.signal?.throwIfAborted();
  const { outputFolder } = command;
  const folder = outputFolder === undefined ? {} : { workingFolder: outputFolder };
  const child = spawnGdal(command.program, command.args, { ...options, ...folder, skipped });
  const kill = (): void => killProgram(child.pid);
  using watchdog = new Watchdog(child.pid, { ...defaults, ...options, kill });
  options.signal?.addEventListener('abort', kill, { once: true });
  try {
    return await follow(child, { command, options, watchdog });
  } finally {
    kill();
    options.signal?.removeEventListener('abort', kill);
  }
}

interface Run {
  readonly command: GdalCommand;
  readonly options: GdalRunOptions;
  readonly watchdog: Watchdog;
}

async function follow(
  child: ChildProcessWithoutNullStreams,
  { command, options, watchdog }: Run,
): Promise<GdalOutcome> {
  const diagnostics = new Diagnostics();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    watchdog.noteActivity();
    diagnostics.read(text);
  });
  const output = readOutput(child, { command, options, watchdog });
  const ended = endOf(child, command);
  const fed = feed(child, options.input ?? []);
  const exitCode = await Promise.race([ended, fed.then(() => ended)]);
  diagnostics.finish();
  options.signal?.throwIfAborted();
  const failure = failureOf({ command, exitCode, diagnostics, options, killed: watchdog.verdict });
  if (failure !== null) throw failure;
  return { stdout: output(), warnings: diagnostics.warnings };
}

function readOutput(
  child: ChildProcessWithoutNullStreams,
  { command, options, watchdog }: Run,
): () => string {
  const progress = new ProgressReader();
  const maxBytes = options.maxOutputBytes ?? defaults.maxOutputBytes;
  const pieces: string[] = [];
  let bytes = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    watchdog.noteActivity();
    if (command.tellsProgress === true) return options.onProgress?.(progress.read(text));
    if (options.onOutput !== undefined) return options.onOutput(text);
    bytes += Buffer.byteLength(text);
    if (bytes > maxBytes) return watchdog.stop(`printed more than ${maxBytes} bytes`);
    pieces.push(text);
  });
  return () => pieces.join('');
}

/** The exit code, or the signal that ended it. */
function endOf(child: ChildProcessWithoutNullStreams, command: GdalCommand): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT' && child.spawnfile === command.program;
      const detail = isMissing
        ? `This machine has no ${command.program}. ${gdalRemedy}`
        : `${command.program} cannot be started: ${error.message}`;
      reject(new EngineError(isMissing ? 'gdal-missing' : 'gdal-failed', detail, { cause: error }));
    });
    // What a program leaves behind may hold its output open; nothing more of interest comes then.
    child.once('exit', () => setTimeout(() => closeOutputs(child), leftOpenMs).unref());
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'no exit code'));
  });
}

function closeOutputs({ stdout, stderr }: ChildProcessWithoutNullStreams): void {
  stdout.destroy();
  stderr.destroy();
}

async function feed(
  { stdin }: ChildProcessWithoutNullStreams,
  input: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
): Promise<void> {
  for await (const piece of input) {
    if (!stdin.writable) return;
    if (!stdin.write(piece)) await drained(stdin);
  }
  stdin.end();
}

/** Resolves too where the program closes its input instead. */
function drained(stdin: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stdin.off('drain', done).off('close', done);
      resolve();
    };
    stdin.on('drain', done).on('close', done);
  });
}

interface Ending {
  readonly command: GdalCommand;
  readonly exitCode: number | string;
  readonly diagnostics: Diagnostics;
  readonly options: GdalRunOptions;
  readonly killed: string | null;
}

function failureOf({ command, exitCode, diagnostics, options, killed }: Ending): EngineError | null {
  const isFine = exitCode === 0 && (!diagnostics.hasErrors || options.toleratesErrors === true);
  if (isFine) return null;
  const program = {
    command: commandText(command),
    exitCode: typeof exitCode === 'number' ? exitCode : null,
    stderrTail: diagnostics.tail,
  };
  if (killed !== null) {
    return new EngineError('gdal-hung', `${command.program} ${killed} and was stopped.`, {
      program,
      retryable: true,
    });
  }
  if (diagnostics.isDiskFull) {
    const detail = `There is no space left on the disk: ${command.program} could not write its files. Free some, or choose a smaller area.`;
    return new EngineError('disk-full', detail, { program, retryable: true });
  }
  const end = typeof exitCode === 'number' ? `exit code ${exitCode}` : `ended by ${exitCode}`;
  const reason = diagnostics.reason ?? 'it did not say why';
  return new EngineError(
    options.failureCode ?? 'gdal-failed',
    `${command.program} failed (${end}): ${reason}`,
    // What was ended from outside may have been in want of memory.
    { program, retryable: typeof exitCode === 'string' },
  );
}
