import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';

import Database from 'better-sqlite3';

import { EngineError } from '../engine-error.ts';

/** Writes a name as an SQL identifier. The only way a table or column name of a file gets into a statement. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Opens a GeoPackage read-only. Nothing is ever written to it.
 *
 * @throws EngineError `source-unavailable` where the file is not there or not readable, `source-corrupt` where it is
 * not a GeoPackage.
 */
export function openGeoPackage(path: string): Database.Database {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { readonly: true, fileMustExist: true });
    database.pragma('query_only = 1');
    database.pragma('cache_size = -16384');

    if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'gpkg_contents'").get() === undefined) {
      throw new EngineError('source-corrupt', `${path} is not a GeoPackage: it has no gpkg_contents table.`);
    }
    return database;
  } catch (error) {
    database?.close();
    throw sourceError(error, path);
  }
}

/** Turns what SQLite throws into an EngineError that names the file. Other errors pass through. */
export function sourceError(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) {
    const isMissing = error instanceof TypeError && error.message.includes('directory does not exist');
    return isMissing
      ? new EngineError('source-unavailable', `${path} cannot be opened: no such folder.`)
      : error;
  }
  const isMissing = error.code.startsWith('SQLITE_CANTOPEN') || error.code.startsWith('SQLITE_PERM');
  if (isMissing && isWriteAhead(path)) {
    return new EngineError(
      'source-unavailable',
      `${path} was left in write-ahead mode, in which SQLite must be able to write a log beside it. Let it write to the folder, or run: sqlite3 ${path} "PRAGMA journal_mode = DELETE"`,
      { cause: error },
    );
  }
  if (isMissing) {
    return new EngineError('source-unavailable', `${path} cannot be opened: is it there and readable?`, {
      cause: error,
    });
  }
  const isBusy = error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED');
  if (isBusy) {
    return new EngineError(
      'source-unavailable',
      `${path} is being written by another program; try again later.`,
      { retryable: true, cause: error },
    );
  }
  return new EngineError(
    'source-corrupt',
    `${path} cannot be read: ${error.message} (${error.code}). Check it with ogrinfo or restore it from a copy.`,
    { cause: error },
  );
}

/** Whether a file's head says that it is written through a log (SQLite file format, 1.3.3). */
function isWriteAhead(path: string): boolean {
  const head = Buffer.alloc(20);
  try {
    const descriptor = openSync(path, 'r');
    try {
      return readSync(descriptor, head, 0, head.length, 0) === head.length && head[19] === 2;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
}

/**
 * A number (53 bits) that changes when the file's content does: from size, modification time and SQLite's change
 * counter, of the file and of its write-ahead log.
 *
 * @throws EngineError `source-unavailable` where there is no such file.
 */
export function sourceVersion(path: string): number {
  const hash = createHash('sha256');
  hash.update(fingerprint(path) ?? emptyOrMissing(path));
  hash.update(fingerprint(`${path}-wal`) ?? '');
  return Number.parseInt(hash.digest('hex').slice(0, 13), 16);
}

function emptyOrMissing(path: string): string {
  if (existsSync(path)) return '';
  throw new EngineError('source-unavailable', `${path} cannot be opened: is it there and readable?`);
}

function fingerprint(path: string): string | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  // An empty log says nothing: SQLite leaves one behind where it only reads.
  if (stats === undefined || stats.size === 0) return null;
  const head = Buffer.alloc(100);
  const descriptor = openSync(path, 'r');
  try {
    readSync(descriptor, head, 0, head.length, 0);
  } finally {
    closeSync(descriptor);
  }
  return `${stats.size} ${Math.trunc(stats.mtimeMs)} ${head.toString('hex')}`;
}
