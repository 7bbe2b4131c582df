import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

import { hasCode } from '@outcrop/engine';

import { SiteError } from '../catalogue/site-error.ts';
import { type SitePaths, sitePaths } from '../catalogue/site-paths.ts';
import { openEmbeddedDatabase } from '../database/embedded-database.ts';
import { migrate } from '../database/migrate.ts';
import { lockSite } from '../site/site-lock.ts';
import { backupPaths, readManifest } from './backup-manifest.ts';
import { copyArchives } from './copy-archives.ts';

/** Which backup is restored, and where to. */
export interface RestoreOrder {
  readonly from: URL;
  /** The folder with the data of the site; it must have no database. */
  readonly folder: URL;
}

/** What a restore has brought back. */
export interface RestoredSite {
  /** ISO 8601: what was created after it is not there. */
  readonly madeAt: string;
  readonly archives: number;
  /** Exports by their state. Those in `processing` run again when the site starts. */
  readonly exports: Readonly<Record<string, number>>;
  /** Whether `outcrop.yaml` is that of the backup; one that was there is kept. */
  readonly isConfigRestored: boolean;
}

/**
 * Puts a backup into a folder that has the data of the site and no database.
 *
 * @throws SiteError where there is a database already, or the backup is none that this version can read.
 */
export async function restoreSite({ from, folder }: RestoreOrder): Promise<RestoredSite> {
  const source = backupPaths(from);
  const { made_at: madeAt } = await readManifest(from);
  const paths = sitePaths(folder);
  await mkdir(paths.folder, { recursive: true });
  await using _ = await lockFolder(paths);
  if ((await readdir(paths.database).catch(() => [])).length > 0) {
    const path = fileURLToPath(paths.database);
    throw new SiteError(
      `There is a database in ${path} already; move it away first, nothing is overwritten.`,
    );
  }
  // First: a restore that is broken off leaves archives that nobody knows, not exports without theirs.
  const archives = await copyArchives(source.exports, paths.exports);
  const exports = await loadDatabase(paths, source.database);
  const isConfigRestored = await copyFile(source.configFile, paths.configFile, constants.COPYFILE_EXCL).then(
    () => true,
    keepExisting,
  );
  return { madeAt, archives, exports, isConfigRestored };
}

async function lockFolder(paths: SitePaths): Promise<AsyncDisposable> {
  const lock = await lockSite(paths, { waitMs: 0 });
  return { [Symbol.asyncDispose]: () => lock.release() };
}

/** What was not loaded to its end is removed, so that it does not pass for a database. */
async function loadDatabase(paths: SitePaths, dump: URL): Promise<Record<string, number>> {
  try {
    const database = await openEmbeddedDatabase(paths.database, await unpack(dump));
    try {
      await migrate(database);
      const rows = await database.query<{ state: string; exports: number }>(
        'SELECT state, count(*)::integer AS exports FROM outcrop.exports GROUP BY state ORDER BY state',
      );
      return Object.fromEntries(rows.map((row) => [row.state, row.exports]));
    } finally {
      await database.close();
    }
  } catch (error) {
    await rm(paths.database, { recursive: true, force: true });
    throw error;
  }
}

/** The copy of the database as a tar archive; it is unpacked here, as what is broken must be found before it is loaded. */
async function unpack(dump: URL): Promise<Blob> {
  try {
    return new Blob([await promisify(gunzip)(await readFile(dump))]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SiteError(`${fileURLToPath(dump)} is damaged (${reason}); use another backup.`, {
      cause: error,
    });
  }
}

function keepExisting(error: unknown): false {
  if (hasCode(error, 'EEXIST')) {
    return false;
  }
  throw error;
}
