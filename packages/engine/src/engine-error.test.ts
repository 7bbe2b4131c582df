import { expect, test } from 'vitest';

import { EngineError, nameItem } from './engine-error.ts';

test('a failure says which item it was, and is otherwise the same', () => {
  const program = { command: 'ogr2ogr', exitCode: 1, stderrTail: 'no' };
  const thrown = new EngineError('gdal-failed', 'ogr2ogr failed (exit code 1): no', {
    program,
    retryable: true,
  });
  const named = nameItem(thrown, 'Roads');
  expect(named).toMatchObject({
    code: 'gdal-failed',
    message: 'Roads: ogr2ogr failed (exit code 1): no',
    retryable: true,
    program,
    cause: thrown,
  });
  expect(nameItem(named, 'Roads')).toBe(named);
});

test('what is not for the caller stays as it is', () => {
  const internal = new EngineError('internal', 'Features do not add up.');
  const other = new Error('ENOSPC');
  expect([nameItem(internal, 'Roads'), nameItem(other, 'Roads'), nameItem('text', 'Roads')]).toEqual([
    internal,
    other,
    'text',
  ]);
});
