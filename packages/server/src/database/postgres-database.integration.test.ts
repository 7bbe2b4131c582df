import { findPostgres, startPostgres } from '@outcrop/testkit';
import { expect, test } from 'vitest';

import { openPostgresDatabase } from './postgres-database.ts';

const programs = await findPostgres();

test.skipIf(programs === null)(
  'the server ends a transaction in which nothing is said, so that its locks are not kept for a machine that is gone',
  async () => {
    await using cluster = await startPostgres(programs ?? '');
    const database = await openPostgresDatabase(cluster.url, { maxConnections: 2, onError: () => undefined });
    expect(await database.query('SHOW idle_in_transaction_session_timeout')).toEqual([
      { idle_in_transaction_session_timeout: '1min' },
    ]);
    const silent = database.transaction(async (transaction) => {
      // A minute is the server's; here it ends sooner.
      await transaction.query(`SET LOCAL idle_in_transaction_session_timeout = '100ms'`);
      await transaction.query('SELECT pg_advisory_xact_lock(1)');
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await transaction.query('SELECT 1');
    });
    await expect(silent).rejects.toThrow(/terminat|timeout|connection|idle/i);
    await database.transaction((transaction) => transaction.query('SELECT pg_advisory_xact_lock(1)'));
    await database.close();
  },
);
