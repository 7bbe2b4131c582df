import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let isOpen = false;

function set(value: boolean): void {
  isOpen = value;
  for (const listener of listeners) listener();
}

/** Asks for a key. */
export function openSignIn(): void {
  set(true);
}

/** Stops asking. */
export function closeSignIn(): void {
  set(false);
}

/** Whether a key is being asked for. */
export function useIsSignInOpen(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isOpen,
  );
}
