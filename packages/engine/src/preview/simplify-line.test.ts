import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { simplifyLine } from './simplify-line.ts';

const position = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }));

function distance([x, y]: readonly number[], [a, b]: readonly (readonly number[])[]): number {
  const [dx, dy] = [b![0]! - a![0]!, b![1]! - a![1]!];
  const length = dx * dx + dy * dy;
  const share =
    length === 0 ? 0 : Math.min(1, Math.max(0, ((x! - a![0]!) * dx + (y! - a![1]!) * dy) / length));
  return Math.hypot(x! - a![0]! - share * dx, y! - a![1]! - share * dy);
}

describe('a simplified line', () => {
  test('is never farther from what it leaves out than the tolerance', () => {
    fc.assert(
      fc.property(
        fc.array(position, { minLength: 2, maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        (line, tolerance) => {
          const simple = simplifyLine(line, tolerance);
          for (const one of line) {
            const nearest = Math.min(
              ...simple.slice(1).map((end, at) => distance(one, [simple[at]!, end])),
              ...simple.map((end) => distance(one, [end, end])),
            );
            expect(nearest).toBeLessThanOrEqual(tolerance + 1e-9);
          }
        },
      ),
    );
  });

  test('keeps its ends, and a ring keeps three corners', () => {
    const ring = Array.from({ length: 100 }, (_, at): [number, number] => [
      Math.cos((at / 99) * 2 * Math.PI),
      Math.sin((at / 99) * 2 * Math.PI),
    ]);
    ring[99] = ring[0]!;
    const simple = simplifyLine(ring, 100);
    expect(simple).toHaveLength(4);
    expect(simple[0]).toEqual(simple.at(-1));
  });
});
