import { describe, expect, it } from 'vitest';

import { estimateOnCores } from './scaling.ts';

describe('estimateOnCores', () => {
  it('shares out what a second core halved, and leaves the rest', () => {
    expect(estimateOnCores({ one: 10, two: 6, cores: 16 })).toBeCloseTo(2 + 8 / 16);
  });

  it('gives the measured times back', () => {
    expect(estimateOnCores({ one: 10, two: 6, cores: 1 })).toBe(10);
    expect(estimateOnCores({ one: 10, two: 6, cores: 2 })).toBe(6);
  });

  it('knows no part that is shared more than wholly', () => {
    expect(estimateOnCores({ one: 10, two: 4, cores: 10 })).toBe(1);
  });
});
