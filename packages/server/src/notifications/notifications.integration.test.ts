import { findPostgres, type PostgresCluster, startPostgres } from '@outcrop/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Database } from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import { openPostgresDatabase } from '../database/postgres-database.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';
import { startWebhookReceiver, type WebhookReceiver, withStatus } from '../testing/webhook-receiver.ts';
import { listDeliveries } from './delivery-store.ts';
import { Notifications } from './notifications.ts';

const programs = await findPostgres();
const messages = 40;
let cluster: PostgresCluster;
let database: Database;
let site: TestSite;
let receiver: WebhookReceiver;

beforeAll(async () => {
  if (programs === null) {
    return;
  }
  cluster = await startPostgres(programs);
  database = await openPostgresDatabase(cluster.url, { onError: ignore });
  await migrate(database);
  receiver = await startWebhookReceiver();
  site = await openTestSite({
    database,
    yaml: `notifications: { allowed_hosts: [127.0.0.1], webhooks: [{ url: '${receiver.url.href}' }] }\n`,
  });
});

afterAll(async () => {
  if (programs === null) {
    return;
  }
  await site.close();
  await receiver[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

/** A server that stops at the end of the tests takes connections with it that are just being closed. */
function ignore(): void {
  return undefined;
}

/** A process that delivers, but for being one: its own connections and its own queue. */
async function startWorker(): Promise<AsyncDisposable> {
  const own = await openPostgresDatabase(cluster.url, { onError: ignore });
  const { site: opened, logger } = site.parts;
  const notifications = await Notifications.open({
    database: own,
    site: opened,
    config: { mail: null },
    logger,
  });
  await notifications.work({ isAlone: false });
  return {
    async [Symbol.asyncDispose]() {
      await notifications.close();
      await own.close();
    },
  };
}

async function allDelivered(count: number): Promise<void> {
  for (;;) {
    const delivered = await listDeliveries(database, { state: 'delivered', limit: 1000 });
    if (delivered.length === count) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test.skipIf(programs === null)(
  'what nobody delivered yet is delivered by the workers that come later, each message by one of them',
  async () => {
    const ids: number[] = [];
    for (let index = 0; index < messages; index += 1) {
      ids.push(Number((await site.create())['id']));
    }
    for (const id of ids) {
      await site.waitFor(id, 'complete');
    }
    await database.transaction((transaction) =>
      site.notifications.announce(
        transaction,
        ids.map((exportId) => ({ exportId, event: 'complete' as const })),
      ),
    );
    await using _one = await startWorker();
    await using _two = await startWorker();
    await allDelivered(messages);
    const eventIds = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(eventIds).toHaveLength(messages);
    expect(new Set(eventIds).size).toBe(messages);
  },
);

test.skipIf(programs === null)('many processes may start on an empty database at the same time', async () => {
  await database.query('DROP SCHEMA pgboss CASCADE');
  const workers = await Promise.all(Array.from({ length: 6 }, () => startWorker()));
  await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
  const queues = await database.query<{ name: string }>('SELECT name FROM pgboss.queue ORDER BY name');
  expect(queues.map(({ name }) => name)).toEqual(['deliveries', 'deliveries-dead']);
});

test.skipIf(programs === null)(
  'a try that is going on when its worker ends is waited for, and is not made again',
  async () => {
    receiver.forget();
    await database.query('DELETE FROM outcrop.deliveries');
    let finish = (): void => undefined;
    receiver.answer = (response) => {
      finish = () => withStatus(204)(response, null!);
    };
    const { id } = await site.create();
    await site.waitFor(id, 'complete');
    await database.transaction((transaction) =>
      site.notifications.announce(transaction, [{ exportId: Number(id), event: 'complete' }]),
    );
    const worker = await startWorker();
    await receiver.waitFor(1);
    const closed = worker[Symbol.asyncDispose]();
    finish();
    await closed;
    await allDelivered(1);
    await using _other = await startWorker();
    await using _more = await startWorker();
    expect(receiver.received).toHaveLength(1);
  },
);
