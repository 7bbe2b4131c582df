import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import type { AuditActor } from '../audit/audit-entry.ts';
import { openSite, type Site } from '../catalogue/site.ts';
import type { Database } from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import { RunStore } from '../runs/run-store.ts';
import { noLocalWorkers } from '../runs/task-worker.ts';
import { fileObjectStore } from '../storage/file-object-store.ts';
import { describeEveryDatabase } from '../testing/every-database.ts';
import { fakeEngine } from '../testing/fake-engine.ts';
import { writeTestFolder } from '../testing/test-site.ts';
import type { Caller } from '../tokens/caller.ts';
import { findCaller } from '../tokens/find-caller.ts';
import { insertToken } from '../tokens/token-store.ts';
import { createExport, type Creation } from './create-export.ts';
import { ExportStore } from './export-store.ts';
import { IdempotencyStore } from './idempotency-store.ts';
import { QuotaExceededError, type Quotas } from './quotas.ts';
import { endlessRoom } from '../testing/endless-room.ts';

const unlimited: Quotas = { unfinishedExports: null, exportsPerDay: null, bytesPerDay: null };
const actor: AuditActor = { tokenId: null, tokenName: 'tests', requestId: 'r', remoteAddress: '::1' };
const dayMs = 24 * 3600 * 1000;
/** The fake engine's estimate of an export of one item. */
const estimatedBytes = 100;

type Outcome = Creation | QuotaExceededError;

/** Quotas hold on every database, also where creates come at the same time. */
describeEveryDatabase((given) => {
  let database: Database;
  let folder: URL;
  let site: Site;
  let caller: Caller;
  let other: Caller;

  beforeAll(async () => {
    database = given();
    await migrate(database);
    folder = await writeTestFolder();
    site = await openSite(folder, fakeEngine());
  }, 60_000);

  beforeEach(async () => {
    [caller, other] = [await newCaller(), await newCaller()];
  });

  afterAll(() => rm(folder, { recursive: true }));

  async function newCaller(): Promise<Caller> {
    const { token } = await insertToken(database, { scopes: ['exports:write'], name: 'some' });
    return (await findCaller(database, token))!.caller;
  }

  function create(quotas: Partial<Quotas>, by = caller, key: string | null = null): Promise<Outcome> {
    const creation = {
      site,
      siteRoot: new URL('http://localhost/'),
      database,
      exportStore: new ExportStore(database),
      idempotencyStore: new IdempotencyStore(database),
      runStore: new RunStore(database),
      objectStore: fileObjectStore(site.paths.exports),
      workers: noLocalWorkers,
      diskRoom: endlessRoom,
      notifications: { problems: async () => [] },
      quotas: { ...unlimited, ...quotas },
    };
    const body = { items: [{ item: 'tables/3' }], formats: { table: 'text/csv' } };
    return createExport(creation, by, { body, key, actor }).catch((error: unknown) => {
      if (error instanceof QuotaExceededError) return error;
      throw error;
    });
  }

  function createMany(count: number, quotas: Partial<Quotas>): Promise<Outcome[]> {
    return Promise.all(Array.from({ length: count }, () => create(quotas)));
  }

  async function countExports(): Promise<number> {
    const [row] = await database.query<{ count: number }>(
      'SELECT count(*)::integer AS count FROM outcrop.exports WHERE token_id = $1',
      [caller.tokenId],
    );
    return row!.count;
  }

  async function age(exportId: number, hours: number): Promise<void> {
    await database.query(
      `UPDATE outcrop.exports SET created_at = now() - make_interval(mins => $2) WHERE id = $1`,
      [exportId, hours * 60],
    );
  }

  const ids = (outcomes: readonly Outcome[]): number[] =>
    outcomes.flatMap((one) => ('record' in one ? [one.record.id] : []));
  const refusals = (outcomes: readonly Outcome[]): QuotaExceededError[] =>
    outcomes.filter((one) => one instanceof QuotaExceededError);

  test.each([
    ['unfinished at once', { unfinishedExports: 3 }, 'quota-unfinished-exports', 3, 4],
    ['a day', { exportsPerDay: 3 }, 'quota-exports-per-day', 3, 4],
    ['of as many bytes a day', { bytesPerDay: 350 }, 'quota-bytes-per-day', 350, 400],
  ])('of 12 creates at once, 3 exports %s are made and no more', async (_, quotas, code, limit, value) => {
    const outcomes = await createMany(12, quotas);
    expect(ids(outcomes)).toHaveLength(3);
    expect(await countExports()).toBe(3);
    for (const refusal of refusals(outcomes)) expect(refusal).toMatchObject({ code, limit, value });
    expect(await create(quotas, other)).toMatchObject({ outcome: 'created' });
  });

  test('an export that ends or is cancelled makes room for another at once', async () => {
    const quotas = { unfinishedExports: 2 };
    const [first, second] = ids(await createMany(2, quotas));
    const refusal = await create(quotas);
    expect(refusal).toMatchObject({
      message: `2 of your exports are not finished, and this site makes at most 2 at once for one token. Wait until one is, or cancel one; the oldest is ${Math.min(first!, second!)}.`,
      waitMs: 30_000,
    });
    await new ExportStore(database).cancel(caller, first!);
    expect(await create(quotas)).toMatchObject({ outcome: 'created' });
    expect(await create(quotas)).toBeInstanceOf(QuotaExceededError);
  });

  test('the day is the last 24 hours, and it is said when an export of it no longer counts', async () => {
    const quotas = { exportsPerDay: 3 };
    const made = ids(await createMany(3, quotas));
    await age(made[0]!, 25);
    await age(made[1]!, 23);
    expect(await create(quotas)).toMatchObject({ outcome: 'created' });
    const refusal = await create(quotas);
    expect(refusal).toMatchObject({
      value: 4,
      message: expect.stringContaining('The next can be made at 20'),
    });
    expect((refusal as QuotaExceededError).waitMs / 3_600_000).toBeCloseTo(1, 1);
    const tighter = await create({ exportsPerDay: 1 });
    expect((tighter as QuotaExceededError).waitMs / dayMs).toBeCloseTo(1, 2);
  });

  test('of bytes, it is said when enough of them no longer count', async () => {
    const made = ids(await createMany(3, {}));
    await age(made[0]!, 23);
    await age(made[1]!, 20);
    await age(made[2]!, 2);
    const hoursUntil = async (bytesPerDay: number): Promise<number> =>
      ((await create({ bytesPerDay })) as QuotaExceededError).waitMs / 3_600_000;
    expect(await hoursUntil(3.5 * estimatedBytes)).toBeCloseTo(1, 1);
    expect(await hoursUntil(2 * estimatedBytes)).toBeCloseTo(4, 1);
    expect(await hoursUntil(1 * estimatedBytes)).toBeCloseTo(22, 1);
    expect(await create({ bytesPerDay: 4 * estimatedBytes })).toMatchObject({ outcome: 'created' });
  });

  test('a refusal leaves nothing behind, not even its idempotency key', async () => {
    const quotas = { unfinishedExports: 1 };
    const first = await create(quotas);
    const key = randomUUID();
    expect(await create(quotas, caller, key)).toBeInstanceOf(QuotaExceededError);
    expect(await database.query('SELECT key FROM outcrop.idempotency_keys WHERE key = $1', [key])).toEqual(
      [],
    );
    await new ExportStore(database).cancel(caller, ids([first])[0]!);
    expect(await create(quotas, caller, key)).toMatchObject({ outcome: 'created' });
    expect(await create(quotas, caller, key)).toMatchObject({ outcome: 'repeated' });
  });
});
