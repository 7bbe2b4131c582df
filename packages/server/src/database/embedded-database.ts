import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { PGlite, type Transaction } from '@electric-sql/pglite';

import type { Database, Queryable } from './database.ts';

/** A PostgreSQL that runs inside this process. */
export interface EmbeddedDatabase extends Database {
  /** Its data folder as a gzipped tar archive, as it is at one moment; other work waits. The whole is in memory meanwhile. */
  dump(): Promise<Blob>;
}

/**
 * Opens the PostgreSQL that runs inside this process, with its data in a folder, or in memory where the folder is
 * null. One process at a time may have the folder open; the site's lock sees to that.
 *
 * @param template a data folder as an archive to begin with, where there is none yet: making one takes seconds.
 */
export async function openEmbeddedDatabase(folder: URL | null, template?: Blob): Promise<EmbeddedDatabase> {
  if (folder !== null) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  const engine = await PGlite.create({
    ...(folder === null ? {} : { dataDir: fileURLToPath(folder) }),
    ...(template === undefined ? {} : { loadDataDir: template }),
  });
  return {
    ...asQueryable(engine),
    transaction: (work) => engine.transaction((transaction) => work(asQueryable(transaction))),
    connections: () => null,
    async dump() {
      // What is restored then needs no recovery.
      await engine.exec('CHECKPOINT');
      return engine.dumpDataDir('gzip');
    },
    close: () => engine.close(),
  };
}

function asQueryable(engine: Pick<Transaction, 'query' | 'exec'>): Queryable {
  return {
    async query<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
      const result = await engine.query<Row>(sql, [...values]);
      return result.rows;
    },
    async runScript(sql) {
      const results = await engine.exec(sql);
      return results.findLast((result) => result.fields.length > 0)?.rows ?? [];
    },
  };
}
