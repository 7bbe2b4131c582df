import { type FailureCode, failureCodes, failures } from '@outcrop/contract';
import { EngineError } from '@outcrop/engine';
import { expect, test } from 'vitest';

import { describeFailure } from './describe-failure.ts';

const folder = new URL('file:///srv/site/');

test.each(failureCodes)('%s says what happened, to what, and what to do', (code) => {
  const thrown = new EngineError(code, 'Roads: /srv/site/roads.gpkg is not as it should be');
  const { failure, isSites } = describeFailure(thrown, folder);
  expect(failure.code).toBe(code);
  expect(failure.detail).not.toContain('/srv/site');
  expect(failure.detail).toMatch(/[.!?]$/);
  expect(isSites).toBe(failures[code].who === 'operator');
  const isInside: FailureCode[] = ['internal', 'disk-full', 'storage', 'archive-corrupt'];
  expect(failure.detail).toContain(isInside.includes(code) ? failures[code].meaning : 'Roads: roads.gpkg');
  const isLimit: FailureCode[] = ['format-limit', 'time-limit', 'memory-limit'];
  if (!isLimit.includes(code)) {
    expect(failure.detail).toContain(failures[code].remedy);
  }
});

test('a remedy that the message ends with is not said twice', () => {
  const thrown = new EngineError(
    'source-changed',
    'Roads: roads.gpkg was changed while it was exported. Try again.',
  );
  expect(describeFailure(thrown, folder).failure.detail).toBe(thrown.message);
});

test('what nobody foresaw says nothing of itself but a number that is in the log', () => {
  for (const thrown of [
    new TypeError('secret /etc/passwd'),
    'a text',
    new EngineError('internal', 'secret'),
  ]) {
    const { failure, incident, isSites } = describeFailure(thrown, folder);
    expect(incident).toMatch(/^[\da-f-]{36}$/);
    expect(failure).toEqual({
      code: 'internal',
      detail: `${failures.internal.meaning} ${failures.internal.remedy} This is incident ${incident}.`,
    });
    expect(isSites).toBe(true);
  }
});

test('a disk that is full is one, whoever finds it', () => {
  const thrown = Object.assign(new Error('ENOSPC: /srv/site/.outcrop/x'), { code: 'ENOSPC' });
  expect(describeFailure(thrown, folder)).toMatchObject({ failure: { code: 'disk-full' }, incident: null });
});
