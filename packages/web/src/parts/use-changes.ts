import { useEffect, useEffectEvent, useRef } from 'react';

/** Tells what has come into a list and what has gone from it, whenever it is another; not what was there at first. */
export function useChanges<T>(
  list: readonly T[],
  tell: (come: readonly T[], gone: readonly T[]) => void,
): void {
  const before = useRef(list);
  const tellNow = useEffectEvent(tell);
  useEffect(() => {
    const known = before.current;
    before.current = list;
    tellNow(
      list.filter((one) => !known.includes(one)),
      known.filter((one) => !list.includes(one)),
    );
  }, [list]);
}
