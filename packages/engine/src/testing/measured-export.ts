import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { exportProcessesOf } from '@outcrop/testkit';

import { type ProcessOptions, runInProcess } from '../run/run-in-process.ts';
import type { RunResult } from '../run/run-export.ts';
import type { ExportCheck } from '../plan/check.ts';
import { checkWish, type ExportWish } from './export-fixture.ts';

/** An export and what its process took. */
export interface MeasuredExport extends RunResult {
  readonly seconds: number;
  /** Megabytes (10^6 bytes) that the process had in memory at the worst moment, by the kernel's own mark. Linux only. */
  readonly peakMegabytes: number;
  /** What the check said that it would be. */
  readonly estimate: ExportCheck;
}

const pollMs = 50;

/** Runs a wish in a process of its own, into a new folder, and looks at its memory. One at a time. */
export async function exportMeasured(
  wish: ExportWish,
  folder: string,
  options: Pick<ProcessOptions, 'workers'> = {},
): Promise<MeasuredExport> {
  const estimate = await checkWish(wish, folder);
  if (estimate.plan === null) throw new Error(JSON.stringify(estimate));
  const place = join(folder, `measured-${counter++}`);
  mkdirSync(place);
  let peak = 0;
  const look = (): void => {
    for (const pid of exportProcesses()) peak = Math.max(peak, highWaterMark(pid));
  };
  const poll = setInterval(look, pollMs);
  const startedAt = performance.now();
  try {
    const result = await runInProcess(estimate.plan, {
      ...options,
      items: estimate.plan.items.map((_, index) => index),
      archivePath: join(place, 'archive.zip'),
      workFolder: join(place, 'work'),
    });
    const seconds = (performance.now() - startedAt) / 1000;
    return { ...result!, seconds, peakMegabytes: peak / 1e6, estimate };
  } finally {
    clearInterval(poll);
  }
}

let counter = 0;

/** Processes of ours that run an export. */
export function exportProcesses(): number[] {
  return exportProcessesOf([process.pid]);
}

/** Bytes. */
function highWaterMark(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
