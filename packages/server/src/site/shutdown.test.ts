import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { deferred } from '../testing/deferred.ts';
import { prepareShutdown, type ShutdownSteps } from './shutdown.ts';

let done: string[];

beforeEach(() => {
  done = [];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => vi.useRealTimers());

const logger = pino({ level: 'silent' });

function steps(changes: Partial<ShutdownSteps> = {}): ShutdownSteps {
  const note = (step: string) => async () => void done.push(step);
  return {
    finishRequests: async (graceMs) => void done.push(`requests within ${graceMs}`),
    finishTasks: note('tasks'),
    giveBack: note('give back'),
    close: note('close'),
    ...changes,
  };
}

test('everything is closed last, and once, however often the end is asked for', async () => {
  const shutdown = prepareShutdown(steps(), { drainSeconds: 5, logger });
  expect(shutdown.isDraining()).toBe(false);
  const ends = [shutdown.begin(), shutdown.begin()];
  expect(shutdown.isDraining()).toBe(true);
  await Promise.all(ends);
  expect(done).toEqual(['requests within 5000', 'tasks', 'give back', 'close']);
});

test('a task that ends within its time is not given back before', async () => {
  const task = deferred();
  const shutdown = prepareShutdown(steps({ finishTasks: () => task.promise }), { drainSeconds: 60, logger });
  const ended = shutdown.begin();
  await vi.waitFor(() => expect(done).toEqual(['requests within 60000']));
  task.resolve();
  await ended;
  expect(done.slice(1)).toEqual(['give back', 'close']);
});

test('a task that goes on is given back when its time is over, and nothing is closed under it', async () => {
  const task = deferred();
  const shutdown = prepareShutdown(
    steps({
      finishTasks: () => task.promise,
      giveBack: async () => {
        done.push('give back');
        setTimeout(() => {
          done.push('task stopped');
          task.resolve();
        }, 100);
      },
    }),
    { drainSeconds: 0, logger },
  );
  const ended = shutdown.begin();
  await vi.waitFor(() => expect(done).toContain('give back'));
  expect(done).not.toContain('close');
  vi.advanceTimersByTime(100);
  await ended;
  expect(done).toEqual(['requests within 2000', 'give back', 'task stopped', 'close']);
});

test('a step that fails does not keep the others from being taken', async () => {
  const fail = async (): Promise<void> => {
    throw new Error('the database is away');
  };
  const lines: string[] = [];
  const shutdown = prepareShutdown(steps({ finishRequests: fail, finishTasks: fail, giveBack: fail }), {
    drainSeconds: 0,
    logger: pino({ level: 'error' }, { write: (line) => lines.push(line) }),
  });
  await shutdown.begin();
  expect(done).toEqual(['close']);
  expect(lines).toHaveLength(3);
});
