import { type ChildProcess, fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { childEnvironment } from '../child-environment.ts';
import { EngineError } from '../engine-error.ts';
import { killProgram } from '../gdal/spawn-gdal.ts';
import type { ExportPlan } from '../plan/plan.ts';
import type { ExportMessage, ExportTask } from './export-message.ts';
import { partialPath, type RunOptions, type RunResult } from './run-export.ts';

/** Threads cannot be given to another process, only their number; nor what was prepared in this one. */
export type ProcessRunOptions = Omit<RunOptions, 'workers' | 'regions'> & { readonly workers?: number };

/**
 * Runs a plan in a child process, so that a crash, an out-of-memory kill or a cancel ends this export only, and the
 * calling process stays responsive.
 *
 * @throws EngineError with the reason, `process-died` where the child ended without one; on abort, `signal.reason`.
 */
export async function runExportInProcess(plan: ExportPlan, options: ProcessRunOptions): Promise<RunResult> {
  const { archivePath, workFolder, workers, signal } = options;
  signal?.throwIfAborted();
  const child = fork(createRequire(import.meta.url).resolve('@outcrop/engine/export-process'), [], {
    env: childEnvironment(),
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // It leads a process group, so that the programs it starts can be killed with it.
    detached: process.platform !== 'win32',
    serialization: 'advanced',
  });
  const kill = (): void => killProgram(child.pid);
  signal?.addEventListener('abort', kill, { once: true });
  try {
    const task: ExportTask = { plan, archivePath, workFolder, ...(workers !== undefined && { workers }) };
    // A child that is killed at once closes the channel under the message.
    child.send(task, () => undefined);
    return await answerOf(child, options);
  } finally {
    signal?.removeEventListener('abort', kill);
    kill();
    await rm(partialPath(archivePath), { force: true });
    await rm(workFolder, { recursive: true, force: true });
  }
}

function answerOf(child: ChildProcess, { signal, onProgress }: ProcessRunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    let answer: ExportMessage | null = null;
    child.on('message', (message: ExportMessage) => {
      if (message.type === 'progress') onProgress?.(message.progress);
      else answer = message;
    });
    child.once('error', reject);
    // Only once it has ended is nothing of it left that could still write.
    child.once('exit', (code, exitSignal) => {
      if (signal?.aborted === true) reject(signal.reason as Error);
      else if (answer?.type === 'done') resolve(answer.result);
      else reject(failureOf(answer, exitSignal ?? `exit code ${code}`));
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
