import { type FailureCode, failureCodes, failures } from '@outcrop/contract';
import { EngineError } from '@outcrop/engine';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';

import { StorageError } from '../storage/storage-error.ts';
import { describeFailure } from './describe-failure.ts';

const lines: string[] = [];
const context = {
  folder: new URL('file:///srv/site/'),
  logger: pino({ level: 'trace' }, { write: (line) => void lines.push(line) }),
};

afterEach(() => {
  lines.length = 0;
});

test.each(failureCodes)('%s says what happened, to what, and what to do', (code) => {
  const thrown = new EngineError(code, 'Roads: /srv/site/roads.gpkg is not as it should be');
  const failure = describeFailure(thrown, context);
  expect(failure.code).toBe(code);
  expect(failure.detail).not.toContain('/srv/site');
  expect(failure.detail).toMatch(/[.!?]$/);
  const isInside: FailureCode[] = ['internal', 'disk-full', 'storage', 'archive-corrupt'];
  expect(failure.detail).toContain(isInside.includes(code) ? failures[code].meaning : 'Roads: roads.gpkg');
  const isLimit: FailureCode[] = ['format-limit', 'time-limit', 'memory-limit'];
  if (!isLimit.includes(code)) {
    expect(failure.detail).toContain(failures[code].remedy);
  }
  expect(lines).toHaveLength(1);
  const logged = JSON.parse(lines[0]!) as { level: number; err: { message: string } };
  expect(logged.err.message).toBe(thrown.message);
  expect(logged.level).toBe(failures[code].who === 'operator' ? 50 : 40);
});

test('a remedy that the message ends with is not said twice', () => {
  const thrown = new EngineError(
    'source-changed',
    'Roads: roads.gpkg was changed while it was exported. Try again.',
  );
  expect(describeFailure(thrown, context).detail).toBe(thrown.message);
});

test('what nobody foresaw says nothing of itself but a number that is in the log', () => {
  for (const thrown of [
    new TypeError('secret /etc/passwd'),
    'a text',
    new EngineError('internal', 'secret'),
  ]) {
    lines.length = 0;
    const { code, detail } = describeFailure(thrown, context);
    const incident = /This is incident ([\da-f-]{36})\.$/.exec(detail)?.[1];
    expect(code).toBe('internal');
    expect(detail).not.toContain('secret');
    expect(JSON.parse(lines[0]!)).toMatchObject({ incident, msg: 'Export:Run:Failed' });
  }
});

test('a store that fails is one, in words that say nothing of the inside', () => {
  const thrown = new StorageError('PUT of 12/x.zip: AccessDenied', {
    code: 'AccessDenied',
    isRetryable: false,
  });
  const { code, detail } = describeFailure(thrown, context);
  expect([code, detail.includes('AccessDenied')]).toEqual(['storage', false]);
  expect(detail).toContain(failures.storage.meaning);
});

test('a disk that is full is one, whoever finds it', () => {
  const thrown = Object.assign(new Error('ENOSPC: /srv/site/.outcrop/x'), { code: 'ENOSPC' });
  expect(describeFailure(thrown, context)).toMatchObject({
    code: 'disk-full',
    detail: `${failures['disk-full'].meaning} ${failures['disk-full'].remedy}`,
  });
});
