import { readdirSync, readFileSync } from 'node:fs';

/** The processes in which some processes have exports made, by their numbers. On Linux, as only that tells. */
export function exportProcessesOf(parents: readonly number[]): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isExportProcess(name, parents))
    .map(Number);
}

function isExportProcess(pid: string, parents: readonly number[]): boolean {
  try {
    const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return (
      parents.includes(Number(parent)) &&
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('export-process')
    );
  } catch {
    // It has ended in between.
    return false;
  }
}
