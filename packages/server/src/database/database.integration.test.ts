import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { ExportStore } from '../exports/export-store.ts';
import { RunStore } from '../exports/run-store.ts';
import { type ExportQueue, openExportQueue } from '../queue/export-queue.ts';
import { deferred } from '../testing/deferred.ts';
import { openTestDatabase } from '../testing/open-test-database.ts';
import { findPostgres, type PostgresCluster, startPostgres } from '../testing/postgres-cluster.ts';
import { localUser } from '../tokens/caller.ts';
import { findCaller, insertToken } from '../tokens/token-store.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { openPostgresDatabase } from './postgres-database.ts';

const programs = await findPostgres();

function onError(error: Error): never {
  throw error;
}

/** Every database must do this the same way. */
function databaseContract(open: () => Promise<Database>): void {
  let database: Database;
  let queue: ExportQueue;

  beforeAll(async () => {
    database = await open();
    queue = await openExportQueue(database, { onError });
  }, 60_000);

  afterAll(async () => {
    await queue.close();
    await database.close();
  });

  async function insertExport(jobId: string, isFailing = false): Promise<number> {
    const plan = {
      name: 'kx-a',
      crs: null,
      region: null,
      cropMode: 'clip',
      coordinatePrecision: null,
      items: [],
      cacheFolder: '',
      operations: {},
      body: { z: 1, a: 1.5 },
    } as const;
    const request = { items: [{ item: 'layers/1/' }], formats: {}, crs: null, extent: null, options: {} };
    const created = {
      jobId,
      name: 'kx-a',
      plan,
      request,
      warnings: ['w'],
      sizeEstimateZipped: 1e12,
      sizeEstimateUnzipped: 2e12,
    };
    return database.transaction(async (transaction) => {
      const record = await new ExportStore(database).insert(localUser, created, transaction);
      await queue.add({ jobId, exportId: record.id }, transaction);
      if (isFailing) {
        throw new Error('rolled back');
      }
      return record.id;
    });
  }

  test('migrates once, whoever else does so at the same time', async () => {
    await Promise.all([migrate(database), migrate(database)]);
    expect(await database.query('SELECT id FROM outcrop.migrations')).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test('gives a record with the same types, and keeps JSON as it was written', async () => {
    const jobId = randomUUID();
    const exportId = await insertExport(jobId);
    expect(await new ExportStore(database).find(localUser, exportId)).toMatchObject({
      id: exportId,
      state: 'processing',
      progress: 0,
      warnings: ['w'],
      sizeEstimateZipped: 1e12,
      request: { items: [{ item: 'layers/1/' }] },
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      archive: null,
      error: null,
    });
    const claimed = await new RunStore(database).claim({ jobId, exportId });
    expect(Object.keys(claimed!.plan.body as object)).toEqual(['z', 'a']);
    await new RunStore(database).complete(
      { jobId, exportId },
      { key: 'a/b', bytes: 5e10, unzippedBytes: 9e10, sha256: 'x' },
    );
    expect(await new ExportStore(database).find(localUser, exportId)).toMatchObject({
      state: 'complete',
      archive: { bytes: 5e10, unzippedBytes: 9e10 },
    });
  });

  test('writes an export and its job together, or neither', async () => {
    const jobId = randomUUID();
    await expect(insertExport(jobId, true)).rejects.toThrow('rolled back');
    expect(await database.query('SELECT id FROM outcrop.exports WHERE job_id = $1', [jobId])).toEqual([]);
    expect(await database.query('SELECT id FROM pgboss.job WHERE id = $1', [jobId])).toEqual([]);
  });

  test('lets one of many claim a run', async () => {
    const jobId = randomUUID();
    const exportId = await insertExport(jobId);
    const runStore = new RunStore(database);
    const claims = await Promise.all(Array.from({ length: 5 }, () => runStore.claim({ jobId, exportId })));
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  });

  test('lets a cancel or the end of a run win, never both', async () => {
    for (let round = 0; round < 10; round += 1) {
      const jobId = randomUUID();
      const exportId = await insertExport(jobId);
      const [cancelled, completed] = await Promise.all([
        new ExportStore(database).cancel(localUser, exportId),
        new RunStore(database).complete(
          { jobId, exportId },
          { key: 'a/b', bytes: 1, unzippedBytes: 2, sha256: 'x' },
        ),
      ]);
      expect(completed).toBe(cancelled === null);
    }
  });

  test('queues again what is abandoned, once', async () => {
    const jobId = randomUUID();
    const exportId = await insertExport(jobId);
    const runStore = new RunStore(database);
    await database.query(
      `UPDATE pgboss.job SET state = 'active', started_on = now() - interval '5 minutes' WHERE id = $1`,
      [jobId],
    );
    const found = await Promise.all([
      runStore.requeueAbandoned(queue, 90),
      runStore.requeueAbandoned(queue, 90),
    ]);
    expect(found.flat()).toEqual([exportId]);
    expect(await runStore.claim({ jobId, exportId })).toBeNull();
  });

  test('lets workers do each job once', async () => {
    const jobIds = Array.from({ length: 6 }, () => randomUUID());
    const exportIds = await Promise.all(jobIds.map((jobId) => insertExport(jobId)));
    const done: number[] = [];
    const allDone = deferred();
    queue.work(async ({ exportId }) => {
      done.push(exportId);
      if (exportIds.every((one) => done.includes(one))) {
        allDone.resolve();
      }
    }, 3);
    await allDone.promise;
    expect(new Set(done).size).toBe(done.length);
  });

  test('finds the holder of a token', async () => {
    const made = await insertToken(database, { scopes: ['exports:read'], name: 'me' });
    expect(await findCaller(database, made.token)).toEqual({
      tokenId: made.id,
      name: 'me',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      scopes: ['exports:read'],
    });
    expect(await findCaller(database, '0'.repeat(32))).toBeNull();
  });
}

describe('the embedded database', () => {
  databaseContract(openTestDatabase);
});

describe.skipIf(programs === null)('a PostgreSQL server', () => {
  let cluster: PostgresCluster;

  afterAll(() => cluster[Symbol.asyncDispose]());

  databaseContract(async () => {
    cluster = await startPostgres(programs ?? '');
    const database = await openPostgresDatabase(cluster.url, { onError: () => undefined });
    await Promise.all([migrate(database), migrate(database)]);
    return database;
  });
});
