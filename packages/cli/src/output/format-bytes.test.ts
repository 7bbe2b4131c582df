import { expect, test } from 'vitest';

import { formatBytes } from './format-bytes.ts';

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [1_530_000, '1.5 MB'],
  [23_000_000_000, '23.0 GB'],
  [5_000_000_000_000_000, '5000.0 TB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
