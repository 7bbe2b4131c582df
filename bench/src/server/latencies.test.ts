import { expect, test } from 'vitest';

import { Latencies } from './latencies.ts';

const answer = (ms: number, status = 200) => Promise.resolve({ status, body: '', ms });

test('a row has the rate, the median, the 99th of 100 and the slowest of what was answered', async () => {
  const latencies = new Latencies();
  for (let ms = 1; ms <= 200; ms += 1) await latencies.measure(answer(ms), 200);
  expect(latencies.row('poll', 4)).toBe('| poll | 200 | 50 | 101.0 | 199.0 | 200.0 | 0 |');
});

test('what was answered otherwise, or not at all, is an error with its reason and not a fast answer', async () => {
  const latencies = new Latencies();
  await latencies.measure(answer(10), 200);
  expect(await latencies.measure(answer(1, 503), 200)).toBeNull();
  await latencies.measure(answer(1, 503), 200);
  await latencies.measure(Promise.reject(new Error('ECONNRESET')), 200);
  expect(latencies.row('poll', 1)).toBe(
    '| poll | 1 | 1 | 10.0 | 10.0 | 10.0 | 2 (HTTP 503), 1 (ECONNRESET) |',
  );
});
