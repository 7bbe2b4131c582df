import type { Database, Queryable } from './database.ts';
import { latestMigration, migrations } from './migrations.ts';

/** The database cannot be used as it is. What to do is in the message. */
class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

/**
 * Brings the schema up to date, forward only. Safe to run by several processes at once: they take turns.
 *
 * @returns the steps that were made now.
 * @throws SchemaError where a newer program has changed the schema.
 */
export async function migrate(database: Database): Promise<readonly number[]> {
  return database.transaction(async (transaction) => {
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
    const applied = await readApplied(transaction);
    refuseNewer(applied);
    const missing = migrations.filter(({ id }) => !applied.has(id));
    for (const migration of missing) {
      await transaction.runScript(migration.sql);
      await transaction.query('INSERT INTO outcrop.migrations (id, name) VALUES ($1, $2)', [
        migration.id,
        migration.name,
      ]);
    }
    return missing.map(({ id }) => id);
  });
}

/**
 * Looks whether the schema is the one that this program is for, and changes nothing.
 *
 * @throws SchemaError where it is older or newer.
 */
export async function requireSchema(database: Database): Promise<void> {
  const [found] = await database.query<{ name: string | null }>(
    `SELECT to_regclass('outcrop.migrations')::text AS name`,
  );
  const applied = found?.name === null ? new Set<number>() : await readApplied(database);
  refuseNewer(applied);
  const missing = migrations.filter(({ id }) => !applied.has(id));
  if (missing.length > 0) {
    const steps = missing.map(({ id, name }) => `${id} (${name})`).join(', ');
    throw new SchemaError(
      `The schema of the database lacks the steps ${steps}; back the database up and run \`outcrop migrate\`, or start without OUTCROP_MIGRATE=never.`,
    );
  }
}

function refuseNewer(applied: ReadonlySet<number>): void {
  const unknown = [...applied].filter((id) => !migrations.some((migration) => migration.id === id));
  if (unknown.length > 0) {
    throw new SchemaError(
      `A newer Outcrop has used this database: its schema has step ${Math.max(...unknown)}, this program knows those up to ${latestMigration}. ` +
        'Run that version again, or restore the backup that was made before the upgrade; a schema never goes back.',
    );
  }
}

async function readApplied(database: Queryable): Promise<Set<number>> {
  const rows = await database.query<{ id: number }>('SELECT id FROM outcrop.migrations');
  return new Set(rows.map(({ id }) => id));
}
