import { readdirSync, readFileSync } from 'node:fs';

/**
 * Resident memory in bytes of all processes of a group, as Linux counts it; null where the system does not tell. Pages that
 * several of them share count for each.
 */
export function groupMemory(group: number): number | null {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return null;
  }
  return names.filter((name) => /^\d+$/.test(name)).reduce((sum, pid) => sum + memoryOf(pid, group), 0);
}

/** 0 for a process of another group, or one that has ended meanwhile. */
function memoryOf(pid: string, group: number): number {
  try {
    // The name of the program, in brackets, may hold anything; the group is the third word after it.
    const words = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ');
    if (Number(words[2]) !== group) return 0;
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
