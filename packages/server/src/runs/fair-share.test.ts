import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import type { Database } from '../database/database.ts';
import { ExportStore } from '../exports/export-store.ts';
import { openTestDatabase } from '../testing/open-test-database.ts';
import { writeExport } from '../testing/new-export.ts';
import { type Caller, localUser } from '../tokens/caller.ts';
import { insertToken } from '../tokens/token-store.ts';
import { RunStore } from './run-store.ts';
import type { Task } from './task.ts';
import { TaskStore } from './task-store.ts';

const mega = 1024 ** 2;
/** Of the simulated workers. */
const bytesASecond = 10 * mega;

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);

afterAll(() => database.close());

beforeEach(() =>
  database.runScript(`
    TRUNCATE outcrop.runs, outcrop.exports, outcrop.fair_shares CASCADE;
    UPDATE outcrop.fair_clock SET now = 0;
  `),
);

async function user(name: string): Promise<Caller> {
  const { id, scopes } = await insertToken(database, { scopes: ['exports:write'], name });
  return { tokenId: id, keyId: id, name, createdAt: null, scopes, groups: [] };
}

/** Something that a simulated worker has done. Times are in seconds. */
interface Done {
  readonly exportId: number;
  readonly owner: number;
  readonly bytes: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Workers that really take tasks from the database, but do them on a clock of their own. */
class Simulation {
  readonly done: Done[] = [];
  readonly #tasks = new TaskStore(database, 3600);
  readonly #runs = new RunStore(database);
  readonly #exports = new Map<number, { owner: number; bytes: number }>();
  readonly #busy: { task: Task; startedAt: number; endsAt: number }[] = [];
  readonly #workers: number;
  now = 0;

  constructor(workers: number) {
    this.#workers = workers;
  }

  async submit(caller: Caller, megabytes: number): Promise<number> {
    const bytes = megabytes * mega;
    const { id } = await writeExport(database, { caller, itemBytes: [bytes] });
    this.#exports.set(id, { owner: caller.tokenId ?? 0, bytes });
    return id;
  }

  /** Lets workers work until a time, or until nothing is left. */
  async runUntil(time: number): Promise<void> {
    for (;;) {
      while (this.#busy.length < this.#workers && (await this.#take()));
      const [next] = this.#busy.toSorted((a, b) => a.endsAt - b.endsAt);
      if (next === undefined || next.endsAt > time) {
        this.now = next === undefined ? this.now : time;
        return;
      }
      this.now = next.endsAt;
      this.#busy.splice(this.#busy.indexOf(next), 1);
      await this.#runs.complete(next.task, { key: 'a/b', bytes: 1, unzippedBytes: 1, sha256: '' });
      const exportId = next.task.exportIds[0]!;
      const { owner, bytes } = this.#exports.get(exportId)!;
      this.done.push({ exportId, owner, bytes, startedAt: next.startedAt, endedAt: this.now });
    }
  }

  async #take(): Promise<boolean> {
    const task = await this.#tasks.claim();
    if (task === null) return false;
    const { bytes } = this.#exports.get(task.exportIds[0]!)!;
    this.#busy.push({ task, startedAt: this.now, endsAt: this.now + bytes / bytesASecond });
    return true;
  }
}

test.each([1, 2, 4])(
  'with %i workers, who has hundreds waiting holds up another’s small one by no more than what is running',
  async (workers) => {
    const [agency, analyst] = [await user('agency'), await user('analyst')];
    const simulation = new Simulation(workers);
    for (let index = 0; index < 200; index += 1) await simulation.submit(agency, 100);
    await simulation.runUntil(55);
    const small = await simulation.submit(analyst, 1);
    await simulation.runUntil(1e9);
    const { startedAt } = simulation.done.find(({ exportId }) => exportId === small)!;
    // A place is free when a task of 100 MB ends: after 10 s at most, at 10 MB/s.
    expect(startedAt - 55).toBeLessThanOrEqual(10);
    expect(simulation.done).toHaveLength(201);
  },
  60_000,
);

test('those who always have something waiting get equal parts, whatever the size of their exports', async () => {
  const users = [await user('a'), await user('b'), await user('c')];
  const sizes = [5, 20, 50];
  const simulation = new Simulation(2);
  for (const [index, caller] of users.entries()) {
    for (let bytes = 0; bytes < 1500; bytes += sizes[index]!) await simulation.submit(caller, sizes[index]!);
  }
  await simulation.runUntil(100);
  const parts = users.map(({ tokenId }) =>
    simulation.done
      .filter(({ owner }) => owner === tokenId)
      .reduce((sum, { bytes }) => sum + bytes / mega, 0),
  );
  // 2 workers for 100 s at 10 MB/s are 2000 MB: a third each, but for what is running and what a task costs beside its bytes.
  for (const part of parts) expect(Math.abs(part - 2000 / 3)).toBeLessThan(150);
});

test('nobody saves up turns by asking for nothing, nor is behind for what was done before', async () => {
  const [early, late] = [await user('early'), await user('late')];
  const simulation = new Simulation(1);
  for (let index = 0; index < 20; index += 1) await simulation.submit(early, 50);
  await simulation.runUntil(1e9);
  // Idle: both begin anew.
  const order = [
    await simulation.submit(early, 50),
    await simulation.submit(late, 50),
    await simulation.submit(early, 50),
    await simulation.submit(late, 50),
  ];
  await simulation.runUntil(1e9);
  expect(simulation.done.slice(20).map(({ exportId }) => exportId)).toEqual(order);
});

test('a run that a second user waits for is done when it is the first one’s turn', async () => {
  const [agency, analyst] = [await user('agency'), await user('analyst')];
  const simulation = new Simulation(1);
  for (let index = 0; index < 10; index += 1) await simulation.submit(agency, 100);
  const shared = await writeExport(database, { caller: agency, canonicalKey: 'k', itemBytes: [mega] });
  const tasks = new TaskStore(database, 60);
  await tasks.claim();
  await writeExport(database, { caller: analyst, canonicalKey: 'k', itemBytes: [mega] });
  expect(await tasks.claim()).toMatchObject({ runId: shared.runId });
});

test('what an owner cancels is not done', async () => {
  const simulation = new Simulation(1);
  const kept = await simulation.submit(localUser, 10);
  const cancelled = await simulation.submit(localUser, 10);
  await new ExportStore(database).cancel(localUser, cancelled);
  await simulation.runUntil(1e9);
  expect(simulation.done.map(({ exportId }) => exportId)).toEqual([kept]);
});
