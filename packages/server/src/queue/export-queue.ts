import PgBoss from 'pg-boss';
import { z } from 'zod';

import type { Database, Queryable } from '../database/database.ts';
import { Bell } from './bell.ts';

const queueName = 'exports';

/** What a job says. `$version` lets a newer site read the jobs of an older one. */
const payloadSchema = z.object({ $version: z.literal(1), exportId: z.int() });

/** A job as its handler gets it. */
export interface ExportJob {
  readonly jobId: string;
  readonly exportId: number;
}

/** Does a job. Must not reject for an export that fails: only for a job that should be tried again. */
export type ExportJobHandler = (job: ExportJob) => Promise<void>;

/** Jobs of exports, in the same database as the exports, so that both are written in one transaction. */
export interface ExportQueue {
  /** Adds a job inside a transaction. Workers see it after the commit; `wake` tells them to look at once. */
  add(job: ExportJob, transaction: Queryable): Promise<void>;
  wake(): void;
  /** Starts workers, each doing one job at a time. */
  work(handler: ExportJobHandler, concurrency: number): void;
  /** Stops taking jobs and waits for those that run. */
  close(): Promise<void>;
}

/** Jobs may run for hours; pg-boss would call a job dead after 15 minutes, and allows less than a day. */
const jobOptions = { retryLimit: 3, retryDelay: 5, expireInSeconds: 23 * 3600, retentionDays: 14 };

/** How long a worker that found nothing waits before it looks again, unless it is woken. */
const pollIntervalMs = 1000;

/** Opens the queue, creating its schema at the first start. */
export async function openExportQueue(
  database: Database,
  options: { onError: (error: Error) => void },
): Promise<ExportQueue> {
  const boss = new PgBoss({ db: asPgBossDatabase(database), schedule: false });
  boss.on('error', options.onError);
  await boss.start();
  await boss.createQueue(queueName);
  const bell = new Bell();
  const loops: Promise<void>[] = [];
  return {
    async add(job, transaction) {
      const payload = { $version: 1, exportId: job.exportId } satisfies z.infer<typeof payloadSchema>;
      const sent = await boss.send(queueName, payload, {
        ...jobOptions,
        id: job.jobId,
        db: asPgBossDatabase(transaction),
      });
      if (sent === null) {
        throw new Error(`The queue did not take job ${job.jobId} of export ${job.exportId}`);
      }
    },
    wake: () => bell.ring(),
    work(handler, concurrency) {
      for (let index = 0; index < concurrency; index += 1) {
        loops.push(workUntilClosed(boss, bell, { handler, onError: options.onError }));
      }
    },
    async close() {
      bell.close();
      await Promise.all(loops);
      await boss.stop({ graceful: false, close: false, wait: true });
    },
  };
}

/**
 * Takes one job after the other. pg-boss has such a loop of its own, but it does not wait for the database to note that a job is
 * done, so that closing the database at that moment would end the process.
 */
async function workUntilClosed(
  boss: PgBoss,
  bell: Bell,
  { handler, onError }: { handler: ExportJobHandler; onError: (error: Error) => void },
): Promise<void> {
  while (!bell.isClosed) {
    const heard = bell.rings;
    try {
      const [job] = await boss.fetch<object>(queueName, { batchSize: 1 });
      await (job === undefined ? bell.waitPast(heard, pollIntervalMs) : doJob(boss, job, handler));
    } catch (error) {
      onError(asError(error));
      await bell.waitPast(heard, pollIntervalMs);
    }
  }
}

async function doJob(boss: PgBoss, job: PgBoss.Job<object>, handler: ExportJobHandler): Promise<void> {
  try {
    const { exportId } = payloadSchema.parse(job.data);
    await handler({ jobId: job.id, exportId });
  } catch (error) {
    await boss.fail(queueName, job.id, { message: asError(error).message });
    throw error;
  }
  await boss.complete(queueName, job.id);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function asPgBossDatabase(database: Queryable): PgBoss.Db {
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
