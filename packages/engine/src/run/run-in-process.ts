import { type ChildProcess, fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { childEnvironment } from '../child-environment.ts';
import { EngineError } from '../engine-error.ts';
import { inMegabytes } from '../formats/format-limit.ts';
import { killProgram } from '../gdal/spawn-gdal.ts';
import type { ExportPlan } from '../plan/plan.ts';
import type { ExportMessage, ExportTask } from './export-message.ts';
import { groupMemory } from './group-memory.ts';
import { readLines } from './read-lines.ts';
import { partialPath, type RunResult, type StageOptions } from './run-export.ts';

/** Threads cannot be given to another process, only their number; nor what was prepared in this one. */
export interface ProcessOptions extends Omit<StageOptions, 'workers' | 'regions'> {
  readonly workers?: number;
  /** Most bytes of memory that the process and all that it starts may have; no bound where absent. Linux only. */
  readonly memoryBytes?: number | undefined;
  /** Told what the process says on standard error, within bounds; it goes to that of this process where absent. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** How often the memory is looked at. */
const memoryEveryMs = 250;

/**
 * Runs a stage of a plan in a child process, so that a crash, an out-of-memory kill or a cancel ends this export only, and
 * the calling process stays responsive. What is done stays in the work folder, for another try.
 *
 * @returns null where no archive was asked for.
 * @throws EngineError with the reason, `process-died` where the child ended without one, `memory-limit` where it had more
 *   than it may; on abort, `signal.reason`.
 */
export async function runInProcess(plan: ExportPlan, options: ProcessOptions): Promise<RunResult | null> {
  const { items, archivePath, workFolder, workers, signal } = options;
  signal?.throwIfAborted();
  const child = fork(createRequire(import.meta.url).resolve('@outcrop/engine/export-process'), [], {
    env: childEnvironment(),
    execArgv: [],
    stdio: ['ignore', 'ignore', options.onLine === undefined ? 'inherit' : 'pipe', 'ipc'],
    // It leads a process group, so that the programs it starts can be killed with it.
    detached: process.platform !== 'win32',
    serialization: 'advanced',
  });
  if (options.onLine !== undefined && child.stderr !== null) readLines(child.stderr, options.onLine);
  const kill = (): void => killProgram(child.pid);
  signal?.addEventListener('abort', kill, { once: true });
  using watch = watchMemory(child, options.memoryBytes);
  try {
    const task: ExportTask = {
      plan,
      items,
      archivePath,
      workFolder,
      ...(workers !== undefined && { workers }),
    };
    // A child that is killed at once closes the channel under the message.
    child.send(task, () => undefined);
    return await answerOf(child, { ...options, problem: () => watch.problem });
  } finally {
    signal?.removeEventListener('abort', kill);
    kill();
    if (archivePath !== null) await rm(partialPath(archivePath), { force: true });
  }
}

/** Kills a process that has more memory than it may, and then knows why it ended. */
function watchMemory(
  { pid }: ChildProcess,
  memoryBytes = Infinity,
): Disposable & { readonly problem: EngineError | null } {
  let problem: EngineError | null = null;
  const look = (): void => {
    const bytes = pid === undefined ? null : groupMemory(pid);
    if (bytes === null || bytes <= memoryBytes || problem !== null) return;
    problem = new EngineError(
      'memory-limit',
      `The export needed more memory than the ${inMegabytes(memoryBytes)} that this site gives to one; choose a smaller area, fewer items, or a simpler extent.`,
    );
    killProgram(pid);
  };
  const timer = memoryBytes === Infinity ? undefined : setInterval(look, memoryEveryMs);
  return {
    get problem() {
      return problem;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

function answerOf(
  child: ChildProcess,
  {
    signal,
    onProgress,
    onItem,
    problem,
  }: Pick<ProcessOptions, 'signal' | 'onProgress' | 'onItem'> & { problem: () => EngineError | null },
): Promise<RunResult | null> {
  return new Promise((resolve, reject) => {
    let answer: ExportMessage | null = null;
    child.on('message', (message: ExportMessage) => {
      if (message.type === 'progress') onProgress?.(message.progress);
      else if (message.type === 'item') onItem?.(message.index);
      else answer = message;
    });
    child.once('error', reject);
    // Only once it has ended is nothing of it left that could still write.
    child.once('exit', (code, exitSignal) => {
      if (signal?.aborted === true) reject(signal.reason as Error);
      else if (answer?.type === 'done') resolve(answer.result);
      else reject(problem() ?? failureOf(answer, exitSignal ?? `exit code ${code}`));
    });
  });
}

function failureOf(answer: ExportMessage | null, end: string): EngineError {
  if (answer?.type === 'failed') {
    return new EngineError(answer.code, answer.detail, { retryable: answer.retryable });
  }
  return new EngineError(
    'process-died',
    `The process that ran the export ended by itself (${end}), perhaps for lack of memory.`,
    { retryable: true },
  );
}
