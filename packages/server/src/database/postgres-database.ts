import pg from 'pg';

import type { Database, Queryable } from './database.ts';
import { databaseError } from './database-unavailable.ts';

/**
 * A machine that loses its power in a transaction says nothing: its server would hold the locks of that transaction, and with
 * them an export that nobody could cancel, until TCP gives up after hours. Between two statements of ours are milliseconds.
 */
const idleInTransactionMs = 60_000;

/** Opens a pool of connections to a PostgreSQL server. */
export async function openPostgresDatabase(
  url: string,
  options: { maxConnections?: number; onError: (error: Error) => void },
): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    idle_in_transaction_session_timeout: idleInTransactionMs,
  });
  // An idle connection that the server drops is an event of the pool; unheard it would end the process.
  pool.on('error', options.onError);
  return {
    ...asQueryable(pool),
    async transaction(work) {
      const client = await orDatabaseError(pool.connect());
      // A connection that is lost between two statements is an event; unheard it would end the process.
      client.on('error', ignore);
      try {
        await client.query('BEGIN');
        const result = await work(asQueryable(client));
        await client.query('COMMIT');
        client.release();
        return result;
      } catch (error) {
        const rolledBack = await client.query('ROLLBACK').then(
          () => true,
          () => false,
        );
        client.release(!rolledBack);
        throw databaseError(error);
      } finally {
        client.off('error', ignore);
      }
    },
    connections: () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  };
}

function asQueryable(client: Pick<pg.ClientBase, 'query'> | pg.Pool): Queryable {
  return {
    async query<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
      const result = await orDatabaseError(client.query<Row>(sql, [...values]));
      return result.rows;
    },
    async runScript(sql) {
      const result: unknown = await orDatabaseError(client.query(sql));
      const results = Array.isArray(result) ? result : [result];
      return results.findLast((one: pg.QueryResult<object>) => one.fields.length > 0)?.rows ?? [];
    },
  };
}

async function orDatabaseError<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw databaseError(error);
  }
}

/** Whoever waits for the answer hears of it. */
function ignore(): void {}
