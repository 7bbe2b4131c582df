import { hasCode } from '@outcrop/engine';
import PgBoss from 'pg-boss';
import { z } from 'zod';

import type { Database, Queryable } from '../database/database.ts';
import { Bell } from '../runs/bell.ts';
import { asPgBossDatabase } from './pg-boss-database.ts';

const queueName = 'deliveries';
/** Where pg-boss puts what has failed for the last time. */
const deadQueueName = 'deliveries-dead';

/** What a job says. `$version` lets a newer site read the jobs of an older one. */
const payloadSchema = z.object({ $version: z.literal(1), deliveryId: z.uuid() });

/**
 * The waits between tries double from 7 s to half a day, each between half and all of that, by chance: 14 tries, which
 * take a day on average. A try whose process died counts as failed after a minute.
 */
const jobOptions = { retryLimit: 13, retryDelay: 7, retryBackoff: true, expireInSeconds: 60 };

/** How long a worker that found nothing waits before it looks again, unless it is woken. */
const pollIntervalMs = 1000;
/** Tries that go on at the same time in one process. Most of their time is waiting for the other side. */
const concurrency = 16;
/** SQLSTATE. */
const deadlockDetected = '40P01';
/** How often a queue is created anew: each time at least one other process has gone on. */
const maxAttempts = 20;
/** How often pg-boss looks for tries whose process died. */
const maintenanceIntervalSeconds = 30;

/** What is done with deliveries. */
export interface DeliveryHandlers {
  /** Tries a delivery. Rejects where it should be tried again later. */
  readonly attempt: (deliveryId: string) => Promise<void>;
  /** Called once there have been enough tries. */
  readonly giveUp: (deliveryId: string) => Promise<void>;
}

/** Deliveries that wait for their next try, in the site's database. */
export interface DeliveryQueue {
  /** Adds deliveries inside a transaction. Workers see them after the commit. */
  add(deliveryIds: readonly string[], transaction: Queryable): Promise<void>;
  /** Has a worker of this process look at once. */
  wake(): void;
  work(handlers: DeliveryHandlers): void;
  /** Has tries that nobody goes on with come up again. Only for a process that knows that it is the only one. */
  takeOver(): Promise<void>;
  /** Takes no more, and waits for the tries that go on. */
  close(): Promise<void>;
}

/** Opens the queue, creating its schema at the first start. */
export async function openDeliveryQueue(
  database: Database,
  options: { onError: (error: Error) => void },
): Promise<DeliveryQueue> {
  const boss = new PgBoss({ db: asPgBossDatabase(database), schedule: false, maintenanceIntervalSeconds });
  boss.on('error', options.onError);
  await boss.start();
  await createQueue(boss, deadQueueName);
  await createQueue(boss, queueName);
  const bell = new Bell();
  const loops: Promise<void>[] = [];
  return {
    async add(deliveryIds, transaction) {
      const jobs = deliveryIds.map((deliveryId): PgBoss.JobInsert => {
        const data = { $version: 1, deliveryId } satisfies z.infer<typeof payloadSchema>;
        return { ...jobOptions, name: queueName, id: deliveryId, data, deadLetter: deadQueueName };
      });
      await boss.insert(jobs, { db: asPgBossDatabase(transaction) });
    },
    wake: () => bell.ring(),
    work({ attempt, giveUp }) {
      const { onError } = options;
      loops.push(workUntilClosed(boss, bell, { name: queueName, handle: attempt, onError }));
      loops.push(workUntilClosed(boss, bell, { name: deadQueueName, handle: giveUp, onError }));
    },
    async takeOver() {
      const rows = await database.query<{ id: string; name: string }>(
        `SELECT id, name FROM pgboss.job WHERE name = ANY ($1) AND state = 'active'`,
        [[queueName, deadQueueName]],
      );
      for (const { id, name } of rows) {
        await boss.fail(name, id, { message: 'The process ended' });
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
 * Creates a queue where there is none. Processes that do so at the same time lock each other out, as pg-boss adds a
 * foreign key to the table that the others are inserting into: PostgreSQL then ends all but one, and there is the queue.
 */
async function createQueue(boss: PgBoss, name: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await boss.createQueue(name);
      return;
    } catch (error) {
      const isDeadlock = hasCode(error, deadlockDetected);
      if (!isDeadlock || attempt === maxAttempts) {
        throw error;
      }
    }
  }
}

interface Work {
  readonly name: string;
  readonly handle: (deliveryId: string) => Promise<void>;
  readonly onError: (error: Error) => void;
}

/** Keeps as many tries going as may be, until the bell is closed; then waits for those that go on. */
async function workUntilClosed(boss: PgBoss, bell: Bell, work: Work): Promise<void> {
  const running = new Set<Promise<void>>();
  while (!bell.isClosed) {
    const heard = bell.rings;
    for (const job of await take(boss, work, concurrency - running.size)) {
      const doing = doJob(boss, job, work).finally(() => {
        running.delete(doing);
        // There is room for another.
        bell.ring();
      });
      running.add(doing);
    }
    await bell.waitPast(heard, pollIntervalMs);
  }
  await Promise.all(running);
}

async function take(boss: PgBoss, { name, onError }: Work, atMost: number): Promise<PgBoss.Job<object>[]> {
  try {
    return atMost === 0 ? [] : await boss.fetch<object>(name, { batchSize: atMost });
  } catch (error) {
    onError(asError(error));
    return [];
  }
}

/** Does a job, and waits for the database to know how it ended. */
async function doJob(boss: PgBoss, job: PgBoss.Job<object>, { name, handle, onError }: Work): Promise<void> {
  try {
    const failure = await handle(payloadSchema.parse(job.data).deliveryId).then(
      () => null,
      (error: unknown) => asError(error),
    );
    await (failure === null
      ? boss.complete(name, job.id)
      : boss.fail(name, job.id, { message: failure.message }));
  } catch (error) {
    onError(asError(error));
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
