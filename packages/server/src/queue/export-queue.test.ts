import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Database } from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import { migrations } from '../database/migrations.ts';
import { openTestDatabase } from '../testing/open-test-database.ts';
import { type ExportJob, type ExportQueue, openExportQueue } from './export-queue.ts';

let database: Database;
let queue: ExportQueue;
const errors: Error[] = [];
const done: ExportJob[] = [];
let onJob: (() => void) | null = null;

beforeAll(async () => {
  database = await openTestDatabase();
  queue = await openExportQueue(database, { onError: (error) => errors.push(error) });
  queue.work(async (job) => {
    done.push(job);
    onJob?.();
  }, 2);
}, 60_000);

afterAll(async () => {
  await queue.close();
  await database.close();
});

function nextJob(): Promise<void> {
  return new Promise((resolve) => {
    onJob = resolve;
  });
}

test('a job that is added in a transaction runs once it is committed', async () => {
  const job = { jobId: randomUUID(), exportId: 7 };
  const ran = nextJob();
  await database.transaction((transaction) => queue.add(job, transaction));
  queue.wake();
  await ran;
  expect(done).toEqual([job]);
  expect(errors).toEqual([]);
});

test('a job of a transaction that is rolled back never runs', async () => {
  const lost = { jobId: randomUUID(), exportId: 8 };
  const kept = { jobId: randomUUID(), exportId: 9 };
  await expect(
    database.transaction(async (transaction) => {
      await queue.add(lost, transaction);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  const ran = nextJob();
  await database.transaction((transaction) => queue.add(kept, transaction));
  queue.wake();
  await ran;
  expect(done.map((job) => job.exportId)).not.toContain(8);
});

test('migrating twice changes nothing', async () => {
  await migrate(database);
  const rows = await database.query<{ id: number }>('SELECT id FROM outcrop.migrations');
  expect(rows).toEqual(migrations.map(({ id }) => ({ id })));
});
