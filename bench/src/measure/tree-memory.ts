import { readdirSync, readFileSync } from 'node:fs';

/** Bytes that a process and its descendants hold in memory now, or the most that any one of them ever held. */
export function treeMemory(root: number): number {
  let sum = 0;
  let highest = 0;
  for (const pid of processTree(root)) {
    const status = readOrEmpty(`/proc/${pid}/status`);
    sum += kilobytes(status, 'VmRSS');
    highest = Math.max(highest, kilobytes(status, 'VmHWM'));
  }
  return Math.max(sum, highest) * 1024;
}

/** Any thread may have started a process, and each thread lists its own. */
function processTree(root: number): number[] {
  const children = listOrEmpty(`/proc/${root}/task`).flatMap((thread) =>
    readOrEmpty(`/proc/${root}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [root, ...children.flatMap(processTree)];
}

function kilobytes(status: string, key: string): number {
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
}

/** A process may end between two looks. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function listOrEmpty(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
