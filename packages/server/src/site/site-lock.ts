import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { hasCode } from '@outcrop/engine';
import Sqlite from 'better-sqlite3';

import { SiteError } from '../catalogue/site-error.ts';
import type { SitePaths } from '../catalogue/site-paths.ts';

/** The right to a site's embedded database, which only one process at a time may open. */
export interface SiteLock {
  release(): Promise<void>;
}

/** How often one that waits looks again. */
const lookEveryMs = 100;

/**
 * Takes the lock of a site folder. It is SQLite's lock of a file that is never removed, and so the operating system's: no two
 * processes can both believe that they have it, also in containers that share nothing but the folder, and it ends with
 * its process, however that ends.
 *
 * @param options.waitMs how long to wait for another to let go.
 * @throws SiteError naming the process that has it.
 */
export async function lockSite(paths: SitePaths, options: { waitMs: number }): Promise<SiteLock> {
  await mkdir(new URL('.', paths.lockFile), { recursive: true, mode: 0o700 });
  const deadline = performance.now() + options.waitMs;
  for (;;) {
    const lock = tryLock(paths.lockFile);
    if (lock !== null) {
      return lock;
    }
    if (performance.now() >= deadline) {
      const holder = readHolder(paths.lockFile) ?? 'that is just starting';
      throw new SiteError(
        `The site in ${fileURLToPath(paths.folder)} is in use by process ${holder}; stop that one first, or use another folder.`,
      );
    }
    await delay(lookEveryMs);
  }
}

/** Null where another process has it. */
function tryLock(file: URL): SiteLock | null {
  const database = new Sqlite(fileURLToPath(file), { timeout: 0 });
  try {
    database.exec(
      'BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL); DELETE FROM holder',
    );
    database.prepare('INSERT INTO holder VALUES (?)').run(process.pid);
    // Others can read who it is, once that is written; and nobody but this process can write.
    database.exec('COMMIT; BEGIN IMMEDIATE');
    return { release: async () => void database.close() };
  } catch (error) {
    database.close();
    if (hasCode(error, 'SQLITE_BUSY')) {
      return null;
    }
    throw error;
  }
}

/** The process that says that it has the lock; null where none has said so yet. */
function readHolder(file: URL): number | null {
  const database = new Sqlite(fileURLToPath(file), { timeout: 1000 });
  try {
    const row = database.prepare<[], { pid: number }>('SELECT pid FROM holder').get();
    return row?.pid ?? null;
  } catch {
    return null;
  } finally {
    database.close();
  }
}
