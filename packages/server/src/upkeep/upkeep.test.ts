import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Database } from '../database/database.ts';
import { deferred } from '../testing/deferred.ts';
import { openTestDatabase } from '../testing/open-test-database.ts';
import { type Chore, Upkeep } from './upkeep.ts';

let database: Database;
const silent = pino({ level: 'silent' });

beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);

afterAll(() => database.close());

function counted(
  name: string,
  { problem = null, of = 'site' }: { problem?: Error | null; of?: Chore['of'] } = {},
): Chore & { done: number } {
  const chore = {
    name,
    of,
    everySeconds: 60,
    done: 0,
    run: async () => {
      chore.done += 1;
      if (problem !== null) throw problem;
      return 1;
    },
  };
  return chore;
}

test('a process that is alone does everything when it starts, however lately it was done', async () => {
  const chore = counted('alone');
  for (const _ of [1, 2]) {
    const upkeep = new Upkeep(database, [chore], silent);
    await upkeep.start({ isAlone: true });
    await upkeep.close();
  }
  expect(chore.done).toBe(2);
});

test('of several processes one does what is due, at their start and later', async () => {
  const chore = counted('tidy');
  const [first, second] = [new Upkeep(database, [chore], silent), new Upkeep(database, [chore], silent)];
  await Promise.all([first.start({ isAlone: false }), second.start({ isAlone: false })]);
  expect(chore.done).toBe(1);
  await first.doWhatIsDue();
  expect(chore.done).toBe(1);
  await database.query(`UPDATE outcrop.chores SET due_at = now() - interval '1 second'`);
  await Promise.all([first.doWhatIsDue(), second.doWhatIsDue()]);
  expect(chore.done).toBe(2);
  await Promise.all([first.close(), second.close()]);
});

test('what is to be done on each machine is done by every process, however often others do it', async () => {
  const [here, there] = [counted('folders', { of: 'machine' }), counted('folders', { of: 'machine' })];
  const processes = [here, there].map((chore) => new Upkeep(database, [chore], silent));
  for (const upkeep of processes) await upkeep.start({ isAlone: false });
  for (const upkeep of processes) await upkeep.doWhatIsDue();
  expect([here.done, there.done]).toEqual([1, 1]);
  for (const upkeep of processes) await upkeep.close();
});

test('a process that ends does not wait for a long chore', async () => {
  const begun = deferred();
  const long: Chore = {
    ...counted('long'),
    run: (signal) => {
      begun.resolve();
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(0)));
    },
  };
  const upkeep = new Upkeep(database, [long], silent);
  const working = upkeep.start({ isAlone: true });
  await begun.promise;
  await upkeep.close();
  await expect(working).resolves.toBeUndefined();
});

test('one that fails keeps nothing from the others', async () => {
  const [failing, other] = [counted('failing', { problem: new Error('no') }), counted('other')];
  const upkeep = new Upkeep(database, [failing, other], silent);
  await upkeep.start({ isAlone: true });
  await upkeep.close();
  expect([failing.done, other.done]).toEqual([1, 1]);
});
