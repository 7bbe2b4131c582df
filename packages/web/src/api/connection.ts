import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let isLost = false;

function set(value: boolean): void {
  if (isLost === value) return;
  isLost = value;
  for (const listener of listeners) listener();
}

/** Whether the site answers, as the last request found. */
export const connection = {
  lost: (): void => set(true),
  works: (): void => set(false),
};

/** Whether the site does not answer now. */
export function useIsConnectionLost(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isLost,
  );
}
