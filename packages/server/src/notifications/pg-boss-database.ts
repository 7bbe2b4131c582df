import type PgBoss from 'pg-boss';

import type { Queryable } from '../database/database.ts';

/** A database or a transaction, as pg-boss wants it. */
export function asPgBossDatabase(database: Queryable): PgBoss.Db {
  return {
    async executeSql(text: string, values?: readonly unknown[]) {
      const rows =
        values === undefined || values.length === 0
          ? await database.runScript(text)
          : await database.query(text, values);
      return { rows };
    },
  };
}
