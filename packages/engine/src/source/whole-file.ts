import { randomUUID } from 'node:crypto';
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';

import { hasCode } from '../has-code.ts';

/** Whoever makes a file writes to it all the time. */
const staleMs = 3_600_000;
const temporaryName = /\.(?:(\d+)\.)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/**
 * Makes a file that is there as a whole or not at all: it is written under another name beside it. What processes that were
 * killed have left there is removed.
 *
 * @param make writes to the path that it is given.
 */
export function makeWholeFile(path: string, make: (temporary: string) => void): void {
  const folder = dirname(path);
  removeLeftovers(folder);
  const temporary = join(folder, `${basename(path)}.${process.pid}.${randomUUID()}.tmp`);
  try {
    make(temporary);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Removes what nobody has written to for an hour, unless a process of this machine with the number in its name lives. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const found = temporaryName.exec(name);
    if (found === null || (found[1] !== undefined && isAlive(Number(found[1])))) continue;
    const path = join(folder, name);
    const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    if (Date.now() - written > staleMs) rmSync(path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, 'ESRCH');
  }
}
