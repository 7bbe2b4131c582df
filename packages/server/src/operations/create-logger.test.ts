import { pino } from 'pino';
import { expect, test } from 'vitest';

import { createLogger } from './create-logger.ts';
import { withLogFields } from './log-context.ts';

function logOf(format: 'json' | 'pretty' = 'json') {
  const lines: string[] = [];
  const logger = createLogger(
    { logLevel: 'debug', logFormat: format },
    { write: (line) => lines.push(line) },
  );
  return { logger, lines };
}

test('every line says which request and export it belongs to, whoever writes it', async () => {
  const { logger, lines } = logOf();
  logger.info('before');
  await withLogFields({ requestId: 'r-1' }, async () => {
    await Promise.resolve();
    logger.child({ part: 'storage' }).info('in the request');
    await withLogFields({ exportIds: [7], runId: 3 }, async () => logger.warn('in the run'));
  });
  logger.info('after');
  const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(entries[0]).not.toHaveProperty('requestId');
  expect(entries[1]).toMatchObject({ requestId: 'r-1', part: 'storage' });
  expect(entries[2]).toMatchObject({ requestId: 'r-1', exportIds: [7], runId: 3 });
  expect(entries[3]).not.toHaveProperty('requestId');
});

const token = '0123456789abcdef0123456789abcdef';

test.each([
  ['a header', { headers: { authorization: `key ${token}` } }],
  [
    'a header of an error',
    { err: Object.assign(new Error('no'), { config: { headers: { Authorization: token } } }) },
  ],
  ['the password of a URL', { err: new Error(`connect postgresql://outcrop:${token}@db:5432/x failed`) }],
  ['a key in text', { detail: `sent "Authorization: key ${token}"` }],
  ['a bearer token in text', { detail: `authorization: Bearer ${token}` }],
  ['a signature of S3', { url: `https://s3.example/b/7.zip?X-Amz-Expires=60&X-Amz-Signature=${token}&a=1` }],
  ['a ticket in a path', { path: `/services/page/exports/7/download/${token}` }],
  ['a ticket behind an id', { path: `/services/download/7/${token}.1.abc` }],
  ['a field', { order: { caller: { token } } }],
  ['a password', { password: token }],
])('%s is not in the log', (_, fields) => {
  for (const format of ['json', 'pretty'] as const) {
    const { logger, lines } = logOf(format);
    logger.error(fields, 'Something:Do:Failed');
    logger.child(fields).error('Something:Do:Failed');
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toContain(token);
    expect(lines[0]).toContain('Something:Do:Failed');
  }
});

test('what is around a secret stays, and the line is still JSON', () => {
  const { logger, lines } = logOf();
  logger.info({ url: `https://s3.example/b/7.zip?X-Amz-Signature=${token}&a="1"` }, 'Archive:Sign:Done');
  expect(JSON.parse(lines[0]!)).toMatchObject({
    url: 'https://s3.example/b/7.zip?X-Amz-Signature=[secret]&a="1"',
    msg: 'Archive:Sign:Done',
  });
});

test('a line for people has the time, the level and the fields', () => {
  const { logger, lines } = logOf('pretty');
  logger.info({ method: 'GET', status: 200 }, 'Request:Serve:Done');
  logger.error({ err: new Error('the disk is full') }, 'Export:Run:Failed');
  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO  Request:Serve:Done method=GET status=200\n$/);
  expect(lines[1]).toMatch(/ERROR Export:Run:Failed\n {2}Error: the disk is full\n {4}at /);
});

test('a line break in what a client sent does not make a line of its own', () => {
  const { logger, lines } = logOf();
  logger.info({ path: '/x\n{"level":60,"msg":"forged"}' }, 'Request:Serve:Done');
  expect(lines.join('').trimEnd().split('\n')).toHaveLength(1);
  expect(pino.levels.labels[(JSON.parse(lines[0]!) as { level: number }).level]).toBe('info');
});

test('names in the data begin no line of a pretty log, and steer no terminal', () => {
  const { logger, lines } = logOf('pretty');
  const hostile = 'Roads\n12:00:00.000 INFO  Export:Run:Done\u001b[2J\u009b1m\u202e';
  logger.warn({ line: hostile, err: new Error(hostile) }, hostile);
  const text = lines.join('');
  expect(text).not.toMatch(/^12:00:00\.000/m);
  for (const obeyed of ['\u001b', '\u009b', '\u202e']) expect(text).not.toContain(obeyed);
  expect(text).toContain('Roads\\u000a12:00:00.000 INFO  Export:Run:Done\\u001b[2J');
});
