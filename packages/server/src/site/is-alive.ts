import { readFileSync } from 'node:fs';

import { hasCode } from '@outcrop/engine';

/** Whether a process is alive. One that is dead but whose parent has not asked how it ended (a zombie) is not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/** Only Linux tells; in containers, where nobody reaps, it matters. */
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
