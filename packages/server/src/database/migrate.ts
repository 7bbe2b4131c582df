import type { Database } from './database.ts';
import { migrations } from './migrations.ts';

/** Brings the schema up to date. Safe to run by several processes at once: they take turns. */
export async function migrate(database: Database): Promise<void> {
  await database.transaction(async (transaction) => {
    // Any fixed number will do, as long as it is the same in every process: it names this lock.
    await transaction.query('SELECT pg_advisory_xact_lock(7239154401)');
    await transaction.runScript(`
      CREATE SCHEMA IF NOT EXISTS outcrop;
      CREATE TABLE IF NOT EXISTS outcrop.migrations (
        id integer PRIMARY KEY,
        name text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
      );
    `);
    const applied = await transaction.query<{ id: number }>('SELECT id FROM outcrop.migrations');
    const appliedIds = new Set(applied.map((row) => row.id));
    for (const migration of migrations.filter(({ id }) => !appliedIds.has(id))) {
      await transaction.runScript(migration.sql);
      await transaction.query('INSERT INTO outcrop.migrations (id, name) VALUES ($1, $2)', [
        migration.id,
        migration.name,
      ]);
    }
  });
}
