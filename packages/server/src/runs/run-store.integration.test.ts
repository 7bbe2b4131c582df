import { beforeAll, beforeEach, describe, expect, test } from 'vitest';

import type { Database } from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import type { ExportRecord } from '../exports/export-record.ts';
import { ExportStore } from '../exports/export-store.ts';
import { describeEveryDatabase } from '../testing/every-database.ts';
import { writeExport } from '../testing/new-export.ts';
import { localUser } from '../tokens/caller.ts';
import type { EndedExport } from './announce.ts';
import { expireExports } from './expire-exports.ts';
import { RunStore } from './run-store.ts';
import type { Task } from './task.ts';
import { TaskStore } from './task-store.ts';

const archive = { key: 'a/b', bytes: 5e10, unzippedBytes: 9e10, sha256: 'x' };
const large = 100 * 1024 ** 2;

describeEveryDatabase((open) => {
  let database: Database;
  let tasks: TaskStore;
  let runs: RunStore;
  let exports: ExportStore;
  let announced: EndedExport[];

  beforeAll(async () => {
    database = open();
    await migrate(database);
  });

  beforeEach(async () => {
    await database.runScript(
      'TRUNCATE outcrop.runs, outcrop.exports, outcrop.fair_shares RESTART IDENTITY CASCADE',
    );
    announced = [];
    const announce = async (_: unknown, ended: readonly EndedExport[]): Promise<void> =>
      void announced.push(...ended);
    tasks = new TaskStore(database, 60);
    runs = new RunStore(database, announce);
    exports = new ExportStore(database, announce);
  });

  async function stateOf(exportId: number): Promise<unknown> {
    return (await exports.find(localUser, exportId))?.state;
  }

  async function rows(table: 'runs' | 'tasks' | 'exports'): Promise<number> {
    return (await database.query(`SELECT 1 FROM outcrop.${table}`)).length;
  }

  async function claim(): Promise<Task> {
    return (await tasks.claim())!;
  }

  /** As if so much time had passed since a task was taken. */
  async function letLeaseEnd(): Promise<void> {
    await database.query(`UPDATE outcrop.tasks SET available_at = now() - interval '1 second'`);
  }

  test('an export and its run are written together, or neither', async () => {
    const failing = writeExport(database, {
      before: () => {
        throw new Error('rolled back');
      },
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect([await rows('runs'), await rows('tasks'), await rows('exports')]).toEqual([0, 0, 0]);
  });

  test('one of many takes a task, and its end is the end of the export', async () => {
    const { id } = await writeExport(database);
    const claims = await Promise.all(Array.from({ length: 5 }, () => tasks.claim()));
    const [task, ...others] = claims.filter((one) => one !== null);
    expect(others).toEqual([]);
    expect(task).toMatchObject({
      exportIds: [id],
      items: [0],
      packs: true,
      attempts: 1,
      plan: { name: 'kx-a' },
    });
    expect(Object.keys(task!.plan.body as object)).toEqual(['z', 'a']);
    expect(await exports.find(localUser, id)).toMatchObject({ startedAt: expect.any(String) });
    expect(await runs.complete(task!, archive)).toBe(true);
    expect(await exports.find(localUser, id)).toMatchObject({
      state: 'complete',
      progress: 1,
      stage: null,
      startedAt: expect.any(String),
      finishedAt: expect.any(String),
      archive: { bytes: 5e10, unzippedBytes: 9e10 },
    });
    expect(await rows('tasks')).toBe(0);
    expect(announced).toEqual([{ exportId: id, event: 'complete' }]);
  });

  test('many workers take each of many tasks once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => writeExport(database)));
    const taken: number[] = [];
    const work = async (): Promise<void> => {
      for (let task = await tasks.claim(); task !== null; task = await tasks.claim()) taken.push(task.taskId);
    };
    await Promise.all([work(), work(), work(), work()]);
    expect(taken).toHaveLength(20);
    expect(new Set(taken).size).toBe(20);
  });

  test('a cancel and a worker that finishes an item do not lock each other out', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await writeExport(database, { itemBytes: Array.from({ length: 150 }, () => large) });
      const held = await claim();
      // What was written last lies last, where a statement without an order comes to it after the packing.
      await tasks.keep(held, { fraction: 0.5, stage: null });
      const finishing = Array.from({ length: 10 }, () => tasks.finish(held));
      const [cancelled] = await Promise.all([exports.cancel(localUser, id), ...finishing]);
      expect(cancelled?.record.state).toBe('cancelled');
    }
    expect(await rows('tasks')).toBe(0);
  });

  test('equal exports that many ask for at once come no earlier than the first of them would alone', async () => {
    const waiting = { caller: { ...localUser, tokenId: null }, itemBytes: [large] };
    for (let count = 0; count < 4; count += 1) await writeExport(database, waiting);
    const { runId } = await writeExport(database, { ...waiting, canonicalKey: 'many' });
    await database.query(
      `INSERT INTO outcrop.tokens (id, name, hash, scopes) OVERRIDING SYSTEM VALUE SELECT n, '', n::text, '{}' FROM generate_series(101, 120) n
       ON CONFLICT DO NOTHING`,
    );
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        writeExport(database, {
          ...waiting,
          canonicalKey: 'many',
          caller: { ...localUser, tokenId: 101 + index },
        }),
      ),
    );
    const [tag] = await database.query<{ first: number; now: number }>(
      `SELECT min(start_tag) AS first, (SELECT now FROM outcrop.fair_clock) AS now FROM outcrop.tasks WHERE run_id = $1`,
      [runId],
    );
    expect(tag!.first).toBe(tag!.now);
  });

  test('progress is the sum of its tasks’, and never goes back', async () => {
    const { id } = await writeExport(database, { itemBytes: [large, large, large] });
    const [first, second] = [await claim(), await claim()];
    await tasks.keep(first, { fraction: 0.5, stage: 'Roads\0: 5 features' });
    expect(await exports.find(localUser, id)).toMatchObject({ stage: 'Roads: 5 features' });
    await tasks.keep(first, { fraction: 0.2, stage: null });
    const { progress } = (await exports.find(localUser, id))!;
    expect(progress).toBeCloseTo((0.7 / 3) * 0.5, 6);
    await tasks.finish(second);
    expect((await exports.find(localUser, id))!.progress).toBeCloseTo((0.7 / 3) * 1.5, 6);
  });

  test('who waits is told their place, and how long that may be', async () => {
    const ids: number[] = [];
    for (let index = 0; index < 4; index += 1) ids.push((await writeExport(database)).id);
    await claim();
    const places = await Promise.all(ids.map(async (id) => (await exports.find(localUser, id))!.queue));
    expect(places).toEqual([
      null,
      { position: 1, etaSeconds: 0 },
      { position: 2, etaSeconds: 10 },
      { position: 3, etaSeconds: 20 },
    ]);
  });

  test('a large run is done by several, and packed when all of them are done', async () => {
    const { id } = await writeExport(database, { itemBytes: [large, large] });
    const [first, second] = [await claim(), await claim()];
    expect([first.items, second.items, first.packs]).toEqual([[0], [1], false]);
    expect(await tasks.claim()).toBeNull();
    await tasks.finish(second);
    expect(await tasks.claim()).toBeNull();
    await tasks.finish(first);
    expect(await tasks.finish(first)).toBe(false);
    const pack = await claim();
    expect(pack).toMatchObject({ items: [], packs: true });
    await runs.complete(pack, archive);
    expect(await stateOf(id)).toBe('complete');
  });

  test('a task whose worker is silent is taken over, and what the silent one then says counts for nothing', async () => {
    const { id } = await writeExport(database);
    const silent = await claim();
    expect(await tasks.claim()).toBeNull();
    await letLeaseEnd();
    const next = await claim();
    expect(next).toMatchObject({ taskId: silent.taskId, attempts: 2 });
    expect(await tasks.keep(silent, { fraction: 1, stage: null })).toBe(false);
    expect(await tasks.finish(silent)).toBe(false);
    expect(await runs.complete(silent, archive)).toBe(false);
    expect(await runs.fail(silent, { code: 'internal', detail: '' })).toBe(false);
    await tasks.release(silent);
    expect(await tasks.claim()).toBeNull();
    expect(await runs.complete(next, archive)).toBe(true);
    expect(await stateOf(id)).toBe('complete');
    expect(announced).toHaveLength(1);
  });

  test('a silent worker that nobody has replaced may go on', async () => {
    await writeExport(database);
    const task = await claim();
    await letLeaseEnd();
    expect(await tasks.keep(task, { fraction: 0.5, stage: null })).toBe(true);
    expect(await tasks.claim()).toBeNull();
  });

  test('what is given back does not count as an attempt; what failed in passing does, and waits', async () => {
    await writeExport(database);
    await tasks.release(await claim());
    const again = await claim();
    expect(again.attempts).toBe(1);
    await tasks.retry(again, 60);
    expect(await tasks.claim()).toBeNull();
    await letLeaseEnd();
    expect(await claim()).toMatchObject({ attempts: 2, failures: 1 });
  });

  test('a cancel or the end of a run wins, never both', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id } = await writeExport(database);
      const task = await claim();
      const [cancelled, completed] = await Promise.all([
        exports.cancel(localUser, id),
        runs.complete(task, archive),
      ]);
      expect(completed).toBe(cancelled === null);
      expect(await stateOf(id)).toBe(completed ? 'complete' : 'cancelled');
    }
    expect(await rows('tasks')).toBe(0);
    expect(announced).toHaveLength(10);
  });

  test('a cancelled export never starts, whoever is about to take it', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id } = await writeExport(database);
      const [task, cancelled] = await Promise.all([tasks.claim(), exports.cancel(localUser, id)]);
      expect(cancelled).toMatchObject({ hasRunEnded: true, record: { state: 'cancelled', progress: null } });
      if (task !== null) expect(await tasks.keep(task, { fraction: 0, stage: null })).toBe(false);
      expect(await tasks.claim()).toBeNull();
    }
  });

  test('a failure is told with its reason, and keeps how far it was', async () => {
    const { id } = await writeExport(database);
    const task = await claim();
    await tasks.keep(task, { fraction: 0.25, stage: 'x' });
    expect(await runs.fail(task, { code: 'disk-full', detail: 'no\0 room' })).toBe(true);
    expect(await exports.find(localUser, id)).toMatchObject({
      state: 'error',
      progress: 0.25,
      stage: null,
      error: { code: 'disk-full', detail: 'no room' },
    });
    expect(announced).toEqual([{ exportId: id, event: 'error' }]);
  });

  test('equal requests share a run: joined while it runs, and served by its archive afterwards', async () => {
    const key = { canonicalKey: 'same' };
    const first = await writeExport(database, key);
    const task = await claim();
    const second = await writeExport(database, key);
    expect([first.isReused, second.isReused, second.runId]).toEqual([false, true, first.runId]);
    expect(await tasks.claim()).toBeNull();
    await runs.complete(task, archive);
    const third = await writeExport(database, key);
    expect(third).toMatchObject({
      state: 'complete',
      isReused: true,
      archive,
      finishedAt: expect.any(String),
    });
    expect(await Promise.all([first.id, second.id, third.id].map(stateOf))).toEqual(
      Array(3).fill('complete'),
    );
    expect(announced.map(({ exportId }) => exportId).toSorted((a, b) => a - b)).toEqual([
      first.id,
      second.id,
    ]);
    expect(await rows('runs')).toBe(1);
  });

  test('many equal requests at the same time make one run', async () => {
    const records = await Promise.all(
      Array.from({ length: 8 }, () => writeExport(database, { canonicalKey: 'once' })),
    );
    expect(new Set(records.map(({ runId }) => runId)).size).toBe(1);
    expect(records.filter(({ isReused }) => !isReused)).toHaveLength(1);
    expect(await rows('tasks')).toBe(1);
  });

  test('a shared run goes on until the last one cancels', async () => {
    const [first, second] = [
      await writeExport(database, { canonicalKey: 'k' }),
      await writeExport(database, { canonicalKey: 'k' }),
    ];
    const task = await claim();
    expect(await exports.cancel(localUser, first.id)).toMatchObject({ hasRunEnded: false });
    expect(await tasks.keep(task, { fraction: 0.5, stage: null })).toBe(true);
    expect(await stateOf(second.id)).toBe('processing');
    expect(await exports.cancel(localUser, second.id)).toMatchObject({ hasRunEnded: true });
    expect(await tasks.keep(task, { fraction: 0.6, stage: null })).toBe(false);
    const third = await writeExport(database, { canonicalKey: 'k' });
    expect([third.isReused, third.runId === first.runId]).toEqual([false, false]);
  });

  test('a join or the cancel of the only other one: the joined export never waits for a run that has ended', async () => {
    for (let round = 0; round < 10; round += 1) {
      const canonicalKey = `race ${round}`;
      const first = await writeExport(database, { canonicalKey });
      const [, second] = await Promise.all([
        exports.cancel(localUser, first.id),
        writeExport(database, { canonicalKey }),
      ]);
      const task = await claim();
      expect(task.runId).toBe(second.runId);
      await runs.complete(task, archive);
      expect(await stateOf(second.id)).toBe('complete');
    }
  });

  test('when an archive is removed its exports are gone, and an equal request begins anew', async () => {
    const first = await writeExport(database, { canonicalKey: 'old' });
    await runs.complete(await claim(), archive);
    expect(await runs.findComplete('old')).toEqual({ runId: first.runId, archiveKey: 'a/b' });
    expect(await runs.markRemoved(first.runId)).toBe(true);
    expect(await runs.markRemoved(first.runId)).toBe(false);
    expect([await stateOf(first.id), await runs.findComplete('old')]).toEqual(['gone', null]);
    expect((await writeExport(database, { canonicalKey: 'old' })).isReused).toBe(false);
    expect(announced.at(-1)).toEqual({ exportId: first.id, event: 'gone' });
  });

  describe('exports that expire', () => {
    const day = 24 * 3600 * 1000;

    beforeEach(() => {
      runs = new RunStore(database, async (_, ended) => void announced.push(...ended), 7);
    });

    async function completed(canonicalKey: string): Promise<ExportRecord> {
      const { id } = await writeExport(database, { canonicalKey, keepDays: 7 });
      await runs.complete(await claim(), { ...archive, key: `archive of ${canonicalKey}` });
      return (await exports.find(localUser, id))!;
    }

    /** As if an export had been complete for so long that its time is over. */
    async function letExpire(...exportIds: number[]): Promise<void> {
      await database.query(
        `UPDATE outcrop.exports SET expires_at = now() - interval '1 second' WHERE id = ANY ($1::integer[])`,
        [exportIds],
      );
    }

    function store(): { removed: string[]; delete(key: string): Promise<void> } {
      const removed: string[] = [];
      return { removed, delete: async (key) => void removed.push(key) };
    }

    function fromNow(time: string | null): number {
      return (Date.parse(time ?? '') - Date.now()) / day;
    }

    test('get their time when they become complete, and have none before', async () => {
      const { id, expiresAt } = await writeExport(database, { keepDays: 7 });
      expect(expiresAt).toBeNull();
      await runs.complete(await claim(), archive);
      expect(fromNow((await exports.find(localUser, id))!.expiresAt)).toBeCloseTo(7, 2);
      const failing = await writeExport(database, { keepDays: 7 });
      await runs.fail(await claim(), { code: 'internal', detail: 'no' });
      expect(await exports.find(localUser, failing.id)).toMatchObject({ state: 'error', expiresAt: null });
    });

    test('are gone for whoever asks from that moment on, in lists too, before any chore', async () => {
      const [first, second] = [await completed('a'), await completed('b')];
      await letExpire(first.id);
      expect([await stateOf(first.id), await stateOf(second.id)]).toEqual(['gone', 'complete']);
      const selection = (state: string): Parameters<ExportStore['list']>[1] => ({
        filters: [{ attribute: 'state', operator: 'is', values: [state] }],
        sort: { attribute: 'state', isDescending: false },
        offset: 0,
        limit: 10,
      });
      for (const [state, id] of [
        ['gone', first.id],
        ['complete', second.id],
      ] as const) {
        const { total, records } = await exports.list(localUser, selection(state));
        expect([total, records.map((record) => record.id)]).toEqual([1, [id]]);
      }
      expect(announced.map(({ event }) => event)).toEqual(['complete', 'complete']);
    });

    test('of several that share an archive, the last one takes it along', async () => {
      const first = await completed('shared');
      const second = await writeExport(database, { canonicalKey: 'shared', keepDays: 7 });
      await letExpire(first.id);
      const objects = store();
      expect(await expireExports(objects, runs)).toBe(1);
      expect([await stateOf(first.id), await stateOf(second.id), objects.removed]).toEqual([
        'gone',
        'complete',
        [],
      ]);
      expect(announced.at(-1)).toEqual({ exportId: first.id, event: 'gone' });
      await letExpire(second.id);
      expect(await expireExports(objects, runs)).toBe(1);
      expect(objects.removed).toEqual(['archive of shared']);
      expect(announced.at(-1)).toEqual({ exportId: second.id, event: 'gone' });
      expect(await runs.findArchiveKeys(['archive of shared'])).toEqual(new Set());
      expect(await expireExports(objects, runs)).toBe(0);
    });

    test('an object that could not be removed is an orphan, and nothing announces it twice', async () => {
      const { id } = await completed('kept by a store that fails');
      await letExpire(id);
      const failing = { delete: () => Promise.reject(new Error('503')) };
      await expect(expireExports(failing, runs)).rejects.toThrow('503');
      expect(await expireExports(failing, runs)).toBe(0);
      expect(await runs.findArchiveKeys(['archive of kept by a store that fails'])).toEqual(new Set());
      expect(announced.filter(({ event }) => event === 'gone')).toEqual([{ exportId: id, event: 'gone' }]);
    });

    test('an equal request keeps an archive whose time is over, and has its own full time', async () => {
      const first = await completed('again');
      await letExpire(first.id);
      const second = await writeExport(database, { canonicalKey: 'again', keepDays: 7 });
      expect(second).toMatchObject({ isReused: true, state: 'complete', runId: first.runId });
      expect(fromNow(second.expiresAt)).toBeCloseTo(7, 2);
      const objects = store();
      await expireExports(objects, runs);
      expect([await stateOf(first.id), await stateOf(second.id), objects.removed]).toEqual([
        'gone',
        'complete',
        [],
      ]);
    });

    test('a join or the chore: a complete export never lacks its archive', async () => {
      for (let round = 0; round < 10; round += 1) {
        const canonicalKey = `race ${round}`;
        const first = await completed(canonicalKey);
        await letExpire(first.id);
        const objects = store();
        const [second] = await Promise.all([
          writeExport(database, { canonicalKey, keepDays: 7 }),
          expireExports(objects, runs),
        ]);
        const wasKept = second.runId === first.runId;
        expect(second.state).toBe(wasKept ? 'complete' : 'processing');
        expect(objects.removed).toEqual(wasKept ? [] : [`archive of ${canonicalKey}`]);
        if (!wasKept) await exports.cancel(localUser, second.id);
      }
    });

    test('are kept until another time, and only while they are complete and the caller’s', async () => {
      const { id } = await completed('longer');
      const until = new Date(Date.now() + 30 * day).toISOString();
      expect(fromNow((await exports.keepUntil(localUser, id, { until }))!.expiresAt)).toBeCloseTo(30, 2);
      const stranger = { ...localUser, tokenId: 99 };
      expect(await exports.keepUntil(stranger, id, { until })).toBeNull();
      await letExpire(id);
      expect(await exports.keepUntil(localUser, id, { until })).toBeNull();
      expect(await expireExports(store(), runs)).toBe(1);
      expect(await exports.keepUntil(localUser, id, { until })).toBeNull();
    });

    test('those of before there was an end get one from today; on a site that keeps for ever none does', async () => {
      const { id } = await completed('old');
      await database.query('UPDATE outcrop.exports SET expires_at = NULL');
      expect(await expireExports(store(), new RunStore(database))).toBe(0);
      expect((await exports.find(localUser, id))!.expiresAt).toBeNull();
      expect(await expireExports(store(), runs)).toBe(1);
      expect(fromNow((await exports.find(localUser, id))!.expiresAt)).toBeCloseTo(7, 2);
      const forever = await writeExport(database);
      await new RunStore(database).complete(await claim(), archive);
      expect(await exports.find(localUser, forever.id)).toMatchObject({ state: 'complete', expiresAt: null });
    });

    test('one whose archive was lost has ended then', async () => {
      const { id, runId } = await completed('lost');
      await runs.markRemoved(runId);
      const lost = (await exports.find(localUser, id))!;
      expect([lost.state, fromNow(lost.expiresAt)]).toEqual(['gone', expect.closeTo(0, 2)]);
    });
  });
});
