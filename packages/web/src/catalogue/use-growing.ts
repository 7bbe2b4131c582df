import { startTransition, useEffect, useState } from 'react';

/** Rows of a long list that are there at once, and that come in each step after that. */
const step = 50;

/**
 * How many rows of a list to show: the first at once, and the others bit by bit while the browser has nothing else to do,
 * so that a list of thousands can be used as soon as one of fifty, and has all its rows for the browser's own search.
 */
export function useGrowing(total: number): number {
  const [count, setCount] = useState(step);
  const isMore = count < total;
  useEffect(() => {
    if (!isMore) return undefined;
    const grow = (): void => startTransition(() => setCount((before) => before + step));
    if (typeof requestIdleCallback === 'function') {
      const handle = requestIdleCallback(grow, { timeout: 500 });
      return () => cancelIdleCallback(handle);
    }
    const timer = setTimeout(grow, 50);
    return () => clearTimeout(timer);
  }, [isMore, count]);
  return count;
}
