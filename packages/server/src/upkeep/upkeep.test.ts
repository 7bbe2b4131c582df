import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Database } from '../database/database.ts';
import { openTestDatabase } from '../testing/open-test-database.ts';
import { type Chore, Upkeep } from './upkeep.ts';

let database: Database;
const silent = pino({ level: 'silent' });

beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);

afterAll(() => database.close());

function counted(name: string, problem: Error | null = null): Chore & { done: number } {
  const chore = {
    name,
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

test('everything is done at a start, then when it is due, by one of several processes', async () => {
  const chore = counted('tidy');
  const [first, second] = [new Upkeep(database, [chore], silent), new Upkeep(database, [chore], silent)];
  await first.start();
  await second.start();
  expect(chore.done).toBe(2);
  await Promise.all([first.doWhatIsDue(), second.doWhatIsDue()]);
  expect(chore.done).toBe(3);
  await first.doWhatIsDue();
  expect(chore.done).toBe(3);
  await database.query(`UPDATE outcrop.chores SET due_at = now() - interval '1 second'`);
  await Promise.all([first.doWhatIsDue(), second.doWhatIsDue()]);
  expect(chore.done).toBe(4);
  await Promise.all([first.close(), second.close()]);
});

test('one that fails keeps nothing from the others', async () => {
  const [failing, other] = [counted('failing', new Error('no')), counted('other')];
  const upkeep = new Upkeep(database, [failing, other], silent);
  await upkeep.start();
  await upkeep.close();
  expect([failing.done, other.done]).toEqual([1, 1]);
});
