import PgBoss from 'pg-boss';
import { z } from 'zod';

import type { Database, Queryable } from '../database/database.ts';

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
  work(handler: ExportJobHandler, concurrency: number): Promise<void>;
  /** Stops taking jobs. Those that run are not waited for. */
  close(): Promise<void>;
}

/** Jobs may run for hours; pg-boss would call a job dead after 15 minutes, and allows less than a day. */
const jobOptions = { retryLimit: 3, retryDelay: 5, expireInSeconds: 23 * 3600, retentionDays: 14 };

/** Opens the queue, creating its schema at the first start. */
export async function openExportQueue(database: Database, options: { onError: (error: Error) => void }): Promise<ExportQueue> {
  const boss = new PgBoss({ db: asPgBossDatabase(database), schedule: false });
  boss.on('error', options.onError);
  await boss.start();
  await boss.createQueue(queueName);
  const workerIds: string[] = [];
  return {
    async add(job, transaction) {
      const payload = { $version: 1, exportId: job.exportId } satisfies z.infer<typeof payloadSchema>;
      const sent = await boss.send(queueName, payload, { ...jobOptions, id: job.jobId, db: asPgBossDatabase(transaction) });
      if (sent === null) {
        throw new Error(`The queue did not take job ${job.jobId} of export ${job.exportId}`);
      }
    },
    wake() {
      for (const workerId of workerIds) {
        boss.notifyWorker(workerId);
      }
    },
    async work(handler, concurrency) {
      for (let index = 0; index < concurrency; index += 1) {
        const workerId = await boss.work(queueName, { batchSize: 1, pollingIntervalSeconds: 1 }, async (jobs) => {
          for (const job of jobs) {
            const { exportId } = payloadSchema.parse(job.data);
            await handler({ jobId: job.id, exportId });
          }
        });
        workerIds.push(workerId);
      }
    },
    close: () => boss.stop({ graceful: false, close: false, wait: true }),
  };
}

function asPgBossDatabase(database: Queryable): PgBoss.Db {
  return {
    async executeSql(text: string, values?: readonly unknown[]) {
      const rows = values === undefined || values.length === 0
        ? await database.runScript(text)
        : await database.query(text, values);
      return { rows };
    },
  };
}
