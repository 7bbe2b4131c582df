import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { z } from 'zod';

import { SiteError } from '../catalogue/site-error.ts';
import type { SitePaths } from '../catalogue/site-paths.ts';
import { hasCode } from '../has-code.ts';

const lockSchema = z.object({ pid: z.int(), startedAt: z.number() });

/** The right to a site's embedded database, which only one process at a time may open. */
export interface SiteLock {
  release(): Promise<void>;
}

/**
 * Takes the lock of a site folder. A lock whose process is dead is taken over.
 *
 * @param options.waitMs how long to wait for another to let go.
 * @throws SiteError naming the process that has it.
 */
export async function lockSite(paths: SitePaths, options: { waitMs: number }): Promise<SiteLock> {
  await mkdir(new URL('.', paths.lockFile), { recursive: true, mode: 0o700 });
  const deadline = performance.now() + options.waitMs;
  for (;;) {
    if (await tryLock(paths.lockFile)) {
      return { release: () => rm(paths.lockFile, { force: true }) };
    }
    const holder = await readHolder(paths.lockFile);
    if (holder === null) {
      await rm(paths.lockFile, { force: true });
    } else if (performance.now() >= deadline) {
      const path = fileURLToPath(paths.folder);
      throw new SiteError(
        `The site in ${path} is in use by process ${holder}; stop that one first, or use another folder.`,
      );
    } else {
      await delay(100);
    }
  }
}

async function tryLock(file: URL): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(JSON.stringify({ pid: process.pid, startedAt: processStart() }));
    await handle.close();
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) {
      return false;
    }
    throw error;
  }
}

/** The process that has the lock, if it is alive. */
async function readHolder(file: URL): Promise<number | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const parsed = lockSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    return null;
  }
  const { pid, startedAt } = parsed.data;
  // A container gives the same number to each of its lives, so one's own number alone does not say that it is one's own lock.
  const isEarlierLife = pid === process.pid && Math.abs(startedAt - processStart()) > 2000;
  return isAlive(pid) && !isEarlierLife ? pid : null;
}

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

function processStart(): number {
  return Date.now() - process.uptime() * 1000;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
