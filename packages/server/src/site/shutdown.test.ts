import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';

import { deferred } from '../testing/deferred.ts';
import { Shutdown, type ShutdownSteps } from './shutdown.ts';

let done: string[];

beforeEach(() => {
  done = [];
});

const logger = pino({ level: 'silent' });

function steps(changes: Partial<ShutdownSteps> = {}): ShutdownSteps {
  return {
    endRequests: async (graceMs) => void done.push(`requests within ${graceMs}`),
    endTasks: async (graceMs) => void done.push(`tasks within ${graceMs}`),
    close: async () => void done.push('close'),
    ...changes,
  };
}

test('everything is closed last, and once, however often the end is asked for', async () => {
  const shutdown = new Shutdown(logger);
  expect(shutdown.isDraining).toBe(false);
  const ends = [shutdown.begin(steps(), 5), shutdown.begin(steps(), 5)];
  expect(shutdown.isDraining).toBe(true);
  await Promise.all(ends);
  expect(done).toEqual(['requests within 5000', 'tasks within 5000', 'close']);
});

test('nothing is closed under a task or a request that has not ended', async () => {
  const task = deferred();
  const request = deferred();
  const shutdown = new Shutdown(logger);
  const ended = shutdown.begin(
    steps({ endTasks: () => task.promise, endRequests: () => request.promise }),
    0,
  );
  task.resolve();
  await task.promise;
  expect(done).toEqual([]);
  request.resolve();
  await ended;
  expect(done).toEqual(['close']);
});

test('requests in flight get some time where tasks get none', async () => {
  await new Shutdown(logger).begin(steps(), 0);
  expect(done).toEqual(['requests within 2000', 'tasks within 0', 'close']);
});

test('a process without one of the parts leaves it out', async () => {
  await new Shutdown(logger).begin({ close: steps().close }, 10);
  expect(done).toEqual(['close']);
});

test('a step that fails does not keep the others from being taken', async () => {
  const fail = async (): Promise<void> => {
    throw new Error('the database is away');
  };
  const lines: string[] = [];
  const shutdown = new Shutdown(pino({ level: 'error' }, { write: (line) => lines.push(line) }));
  await shutdown.begin(steps({ endRequests: fail, endTasks: fail }), 0);
  expect(done).toEqual(['close']);
  expect(lines).toHaveLength(2);
});
