import { startTransition, useEffect, useState } from 'react';

import { whenIdle } from '../parts/when-idle.ts';

/** Rows that are there at once: more than the list shows without scrolling. */
const first = 12;
/** Rows that come in each step after that. */
const step = 50;

/**
 * How many rows of a list to show: the first at once, and the others bit by bit while the browser has nothing else to do,
 * so that a list of thousands can be used as soon as one of a dozen, and has all its rows for the browser's own search.
 */
export function useGrowing(total: number): number {
  const [count, setCount] = useState(first);
  const isMore = count < total;
  useEffect(() => {
    if (!isMore) return undefined;
    return whenIdle(() => startTransition(() => setCount((before) => before + step)), 500);
  }, [isMore, count]);
  return count;
}
