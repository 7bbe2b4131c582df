import { rm } from 'node:fs/promises';

import { findPostgres, type PostgresCluster, startPostgres } from '@outcrop/testkit';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type Config, loadConfig } from '../config.ts';
import { openPostgresDatabase } from '../database/postgres-database.ts';
import { startSite } from '../main.ts';
import { fakeEngine } from '../testing/fake-engine.ts';
import { writeTestFolder } from '../testing/test-site.ts';
import { migrateSite } from './migrate-site.ts';

const programs = await findPostgres();

describe.skipIf(programs === null)('on a PostgreSQL server', () => {
  let cluster: PostgresCluster;
  let folder: URL;
  let config: Config;

  beforeAll(async () => {
    cluster = await startPostgres(programs ?? '');
    folder = await writeTestFolder();
    config = loadConfig({ DATABASE_URL: cluster.url, OUTCROP_MIGRATE: 'never' });
  });

  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const start = () =>
    startSite({
      folder,
      port: 0,
      host: '127.0.0.1',
      publicUrl: null,
      anonymous: true,
      engine: fakeEngine(),
      logger: pino({ level: 'silent' }),
      config,
    });

  test('a site that may not migrate is refused until someone has, and starts then', async () => {
    await expect(start()).rejects.toThrow(/lacks the steps 1 \(.*run `outcrop migrate`/);
    const first = await migrateSite({ folder, config });
    expect(first.steps.map(({ id }) => id)).toContain(first.schema);
    expect(await migrateSite({ folder, config })).toEqual({ steps: [], schema: first.schema });
    const site = await start();
    const ready = await fetch(new URL('readyz', site.url));
    expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'ready' }]);
    await site.close();
  });

  test('a running site stops being ready when a newer program changes the schema', async () => {
    const site = await start();
    const database = await openPostgresDatabase(cluster.url, { maxConnections: 2, onError: () => undefined });
    await database.query(`INSERT INTO outcrop.migrations (id, name) VALUES (9000, 'of the future')`);
    const ready = await fetch(new URL('readyz', site.url));
    expect([ready.status, await ready.json()]).toMatchObject([
      503,
      { checks: { database: 'ok', schema: 'failed' } },
    ]);
    await expect(start()).rejects.toThrow('newer Outcrop');
    await database.query('DELETE FROM outcrop.migrations WHERE id = 9000');
    await database.close();
    await site.close();
  });
});
