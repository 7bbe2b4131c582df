import pg from 'pg';

import type { Database, Queryable } from './database.ts';

/** Opens a pool of connections to a PostgreSQL server. */
export async function openPostgresDatabase(
  url: string,
  options: { maxConnections: number; onError: (error: Error) => void },
): Promise<Database> {
  const pool = new pg.Pool({ connectionString: url, max: options.maxConnections });
  // An idle connection that the server drops is an event of the pool; unheard it would end the process.
  pool.on('error', options.onError);
  return {
    ...asQueryable(pool),
    async transaction(work) {
      const client = await pool.connect();
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
        throw error;
      }
    },
    connections: () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  };
}

function asQueryable(client: Pick<pg.ClientBase, 'query'> | pg.Pool): Queryable {
  return {
    async query<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
      const result = await client.query<Row>(sql, [...values]);
      return result.rows;
    },
    async runScript(sql) {
      const result: unknown = await client.query(sql);
      const results = Array.isArray(result) ? result : [result];
      return results.findLast((one: pg.QueryResult<object>) => one.fields.length > 0)?.rows ?? [];
    },
  };
}
