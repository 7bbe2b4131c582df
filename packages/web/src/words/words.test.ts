import { reasonCodes } from '@outcrop/contract';
import { describe, expect, test } from 'vitest';

import { words } from './en.ts';
import { bytes, count, duration, significant } from './numbers.ts';
import { refusalWords } from './refusals.ts';

describe('refusals', () => {
  test.each(reasonCodes)('%s has words and something that can be done', (code) => {
    const { text, fixes } = refusalWords({ code, detail: code }, 'Roads');
    expect(text).not.toContain(code);
    expect(fixes.length).toBeGreaterThan(0);
  });

  test('use the site’s own words where it gives any', () => {
    const detail = 'About 22 GB zipped; this site allows 15 GB.';
    expect(refusalWords({ code: 'too-large', detail }, 'Roads').text).toBe(detail);
  });

  test('of a code that nobody knows name it', () => {
    expect(refusalWords({ code: 'new-code', detail: '' }, 'Roads').text).toContain('new-code');
  });
});

test('the estimate says what is downloaded, what it unpacks to, and how long it takes', () => {
  expect(words.check.size(1_360_000, 9_000_000)).toBe('About 1.4 MB zipped, 9 MB unpacked');
  expect(words.check.time(38)).toBe('takes about 40 seconds');
});

test('numbers are written as people read them', () => {
  expect([count(138_000), bytes(512), bytes(1_360_000), bytes(99_950_000)]).toEqual([
    '138,000',
    '512 bytes',
    '1.4 MB',
    '100 MB',
  ]);
  expect([significant(0.087890625 * 2), significant(10)]).toEqual(['0.1758', '10']);
  expect([duration(2), duration(38), duration(300)]).toEqual([
    'a few seconds',
    'about 40 seconds',
    'about 5 minutes',
  ]);
});
