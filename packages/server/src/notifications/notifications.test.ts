import { createHmac } from 'node:crypto';

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { insertToken } from '../tokens/token-store.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';
import {
  type ReceivedMessage,
  startWebhookReceiver,
  type WebhookReceiver,
  withStatus,
} from '../testing/webhook-receiver.ts';
import { type DeliveryStatus, listDeliveries, listOwnDeliveries } from './delivery-store.ts';
import type { NotificationEvent } from './notification-event.ts';
import { ownerSecret, readSiteSecrets, renewSiteSecret } from './webhook-secrets.ts';

let site: TestSite;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
  site = await openTestSite({
    yaml: `notifications:
  allowed_hosts: [127.0.0.1]
  webhooks:
    - { url: '${new URL('/all', receiver.url).href}', events: [complete, gone] }
`,
  });
  await site.notifications.work({ isAlone: true, posting: { timeoutMs: 1000 } });
}, 60_000);

afterEach(async () => {
  await site.parts.database.query('DELETE FROM outcrop.deliveries');
  receiver.forget();
});

afterAll(async () => {
  await site.close();
  await receiver[Symbol.asyncDispose]();
});

const siteRoot = new URL('https://data.example.org/site/');

/** Says that an export has ended, as whoever ends it does. */
async function announce(exportId: unknown, event: NotificationEvent): Promise<void> {
  await site.parts.database.transaction((transaction) =>
    site.notifications.announce(transaction, [{ exportId: Number(exportId), event }]),
  );
  site.notifications.wake();
}

async function completeExport(extra: object = {}): Promise<unknown> {
  const { id } = await site.create(extra);
  await site.waitFor(id, 'complete');
  return id;
}

/** Waits until a delivery to a path of the receiver is what is asked for. */
async function delivery(
  path: string,
  isWanted: (status: DeliveryStatus) => boolean,
): Promise<DeliveryStatus> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const all = await listDeliveries(site.parts.database, { state: null, limit: 100 });
    const found = all.find(({ target }) => target.endsWith(path));
    if (found !== undefined && isWanted(found)) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`No delivery to ${path} became what was waited for`);
}

/** Lets the time until the next try pass. Gives how long it would have been, in seconds. */
async function skipWait(deliveryId: string): Promise<number> {
  for (;;) {
    const [job] = await site.parts.database.query<{ wait: number }>(
      `SELECT extract(epoch FROM start_after - now())::double precision AS wait FROM pgboss.job
       WHERE name = 'deliveries' AND id = $1 AND state = 'retry'`,
      [deliveryId],
    );
    if (job !== undefined) {
      await site.parts.database.query(`UPDATE pgboss.job SET start_after = now() WHERE id = $1`, [
        deliveryId,
      ]);
      site.notifications.wake();
      return job.wait;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Verifies as the guide tells receivers to. */
function verify({ headers, body }: ReceivedMessage, secret: string): boolean {
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const wanted = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(wanted);
}

test("an export's webhook gets its body as its owner sees it, signed for its owner", async () => {
  const id = await completeExport({ notify: { webhook: new URL('/mine', receiver.url).href } });
  await announce(id, 'complete');
  await receiver.waitFor(2);
  const mine = receiver.received.find(({ path }) => path === '/mine')!;
  const all = receiver.received.find(({ path }) => path === '/all')!;
  const seen = (await (await site.ask(`exports/${String(id)}/`)).json()) as object;
  const absolute = JSON.stringify(seen).replaceAll('http://localhost/', siteRoot.href);
  expect(JSON.parse(mine.body)).toEqual(JSON.parse(absolute));
  expect(all.body).toBe(mine.body);
  expect(mine.headers['webhook-id']).toBe(all.headers['webhook-id']);
  expect(mine.headers['content-type']).toBe('application/json');
  expect(Math.abs(Number(mine.headers['webhook-timestamp']) * 1000 - Date.now())).toBeLessThan(60_000);
  const [secret] = await readSiteSecrets(site.parts.database);
  expect([verify(all, secret), verify(mine, secret)]).toEqual([true, false]);
  expect(verify(mine, ownerSecret(secret, 1))).toBe(true);
  expect(verify(mine, ownerSecret(secret, 2))).toBe(false);
  // No key, no address of who asked, and no secret goes with it.
  expect(JSON.stringify(mine)).not.toMatch(/authorization|whsec_|notify|\/mine.*\/mine/i);
});

test('each way to end is told once, to whoever wants to hear of it', async () => {
  const id = await completeExport({ notify: { webhook: new URL('/mine', receiver.url).href } });
  await announce(id, 'complete');
  await announce(id, 'complete');
  await announce(id, 'gone');
  await receiver.waitFor(3);
  await delivery('/all', ({ state }) => state === 'delivered');
  const told = (await listDeliveries(site.parts.database, { state: null, limit: 100 })).map(
    ({ channel, event }) => `${channel} ${event}`,
  );
  expect(told.toSorted()).toEqual(['site-webhook complete', 'site-webhook gone', 'webhook complete']);
});

test('nothing is told of an end that is rolled back, or where nobody asked', async () => {
  const id = await completeExport();
  const database = site.parts.database;
  await database.query('DELETE FROM outcrop.deliveries');
  await expect(
    database.transaction(async (transaction) => {
      await site.notifications.announce(transaction, [{ exportId: Number(id), event: 'gone' }]);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await announce(id, 'error');
  await announce(id, 'cancelled');
  expect(await listDeliveries(database, { state: null, limit: 100 })).toEqual([]);
});

test('a receiver that fails is asked again for a day, less and less often, with the same id; then it is given up', async () => {
  receiver.answer = (response, { path }) => withStatus(path === '/mine' ? 503 : 204)(response, null!);
  const id = await completeExport({ notify: { webhook: new URL('/mine', receiver.url).href } });
  await announce(id, 'complete');
  const { id: deliveryId } = await delivery('/mine', ({ tries }) => tries === 1);
  const waits: number[] = [];
  for (let tries = 2; tries <= 14; tries += 1) {
    waits.push(await skipWait(deliveryId));
    await delivery('/mine', (status) => status.tries === tries);
  }
  const end = await delivery('/mine', ({ state }) => state === 'failed');
  expect(end).toMatchObject({ tries: 14, detail: 'HTTP 503' });
  waits.forEach((wait, index) => {
    expect(wait).toBeGreaterThan(7 * 2 ** index - 2);
    expect(wait).toBeLessThanOrEqual(14 * 2 ** index);
  });
  const hours = waits.reduce((sum, wait) => sum + wait, 0) / 3600;
  expect(hours).toBeGreaterThan(15);
  expect(hours).toBeLessThan(33);
  const mine = receiver.received.filter(({ path }) => path === '/mine');
  expect(mine).toHaveLength(14);
  expect(new Set(mine.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(await listOwnDeliveries(site.parts.database, Number(id))).toHaveLength(1);
}, 30_000);

test('a receiver that comes back gets what it missed', async () => {
  receiver.answer = withStatus(500);
  const id = await completeExport();
  await announce(id, 'complete');
  const failed = await delivery('/all', ({ tries }) => tries === 1);
  receiver.answer = withStatus(200);
  await skipWait(failed.id);
  expect(await delivery('/all', ({ state }) => state === 'delivered')).toMatchObject({
    tries: 2,
    detail: 'HTTP 200',
  });
});

test.each([
  [withStatus(410), 'failed', /410: the receiver wants no more/],
  [withStatus(302, { location: 'https://example.com/' }), 'pending', /302; redirects are not followed/],
  [withStatus(404), 'pending', /^HTTP 404$/],
  [() => undefined, 'pending', /No answer within 1 s/],
] as const)('an answer is understood: %#', async (answer, state, detail) => {
  receiver.answer = answer;
  await announce(await completeExport(), 'complete');
  const status = await delivery('/all', ({ tries }) => tries === 1);
  expect(status).toMatchObject({ state, detail: expect.stringMatching(detail) as string });
});

test('a host that has lost its permission since is not posted to', async () => {
  const id = await completeExport({ notify: { webhook: new URL('/mine', receiver.url).href } });
  await site.parts.database.transaction(async (transaction) => {
    await site.notifications.announce(transaction, [{ exportId: Number(id), event: 'cancelled' }]);
    await transaction.query(
      `UPDATE outcrop.deliveries SET target = 'https://localhost:${receiver.port}/mine'`,
    );
  });
  expect(await delivery('/mine', ({ state }) => state === 'failed')).toMatchObject({
    tries: 1,
    detail: expect.stringMatching(/private network/) as string,
  });
});

test('a secret that is renewed signs at once, and the old one for a day more', async () => {
  const database = site.parts.database;
  const [old] = await readSiteSecrets(database);
  await database.transaction(renewSiteSecret);
  const [current, ...earlier] = await readSiteSecrets(database);
  expect(current).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(earlier).toEqual([old]);
  await announce(await completeExport(), 'complete');
  await receiver.waitFor(1);
  const message = receiver.received[0]!;
  expect([verify(message, current), verify(message, old)]).toEqual([true, true]);
  await database.query(
    `UPDATE outcrop.webhook_secrets SET retired_at = now() - interval '25 hours' WHERE retired_at IS NOT NULL`,
  );
  expect(await readSiteSecrets(database)).toEqual([current]);
});

test('one receiver that is slow does not hold up the others', async () => {
  receiver.answer = (response, { path }) => {
    if (path === '/all') {
      withStatus(204)(response, null!);
    }
  };
  const ids = [];
  for (let index = 0; index < 5; index += 1) {
    ids.push(await completeExport({ notify: { webhook: new URL(`/slow${index}`, receiver.url).href } }));
  }
  for (const id of ids) {
    await announce(id, 'complete');
  }
  await receiver.waitFor(10);
  expect(receiver.received.filter(({ path }) => path === '/all')).toHaveLength(5);
});

test('who wants to be told is no part of what is exported', async () => {
  const id = await completeExport({ notify: { webhook: new URL('/mine', receiver.url).href } });
  const rows = await site.parts.database.query<object>('SELECT * FROM outcrop.exports WHERE id = $1', [id]);
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain('/mine');
});

test('the owner of an export sees what became of telling, and the secret to verify it by; others do not', async () => {
  const id = await completeExport({ notify: { webhook: new URL('/mine', receiver.url).href } });
  await announce(id, 'complete');
  await delivery('/mine', ({ state }) => state === 'delivered');
  const listed = await site.ask(`exports/${String(id)}/notifications/`);
  expect(await listed.json()).toMatchObject([
    { event: 'complete', channel: 'webhook', state: 'delivered', tries: 1, detail: 'HTTP 204' },
  ]);
  const answer = await site.ask('webhook-secret/');
  const { secret } = (await answer.json()) as { secret: string };
  expect(
    verify(
      receiver.received.find(({ path }) => path === '/mine')!,
      secret,
    ),
  ).toBe(true);
  const { token } = await insertToken(site.parts.database, {
    scopes: ['exports:read', 'exports:write'],
    name: 'other',
  });
  const headers = { Authorization: `key ${token}` };
  expect((await site.ask(`exports/${String(id)}/notifications/`, { headers })).status).toBe(404);
  expect(await (await site.ask('webhook-secret/', { headers })).json()).not.toEqual({ secret });
});
