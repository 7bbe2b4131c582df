import { findPostgres, type PostgresCluster, startPostgres } from '@outcrop/testkit';
import { afterAll, beforeAll, describe } from 'vitest';

import type { Database } from '../database/database.ts';
import { openPostgresDatabase } from '../database/postgres-database.ts';
import { openTestDatabase } from './open-test-database.ts';

const programs = await findPostgres();

/**
 * Describes what every database must do the same way: the one embedded in the process, and a PostgreSQL server, which is a new
 * cluster for each file of tests. Its schema is empty; the embedded one has been migrated.
 */
export function describeEveryDatabase(contract: (database: () => Database) => void): void {
  describe('the embedded database', () => {
    let database: Database;
    beforeAll(async () => {
      database = await openTestDatabase();
    }, 60_000);
    afterAll(() => database.close());
    contract(() => database);
  });

  describe.skipIf(programs === null)('a PostgreSQL server', () => {
    let cluster: PostgresCluster;
    let database: Database;
    beforeAll(async () => {
      cluster = await startPostgres(programs ?? '');
      database = await openPostgresDatabase(cluster.url, { onError: () => undefined });
    }, 60_000);
    afterAll(async () => {
      await database.close();
      await cluster[Symbol.asyncDispose]();
    });
    contract(() => database);
  });
}
