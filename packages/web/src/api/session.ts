import { useSyncExternalStore } from 'react';

const storageKey = 'outcrop.key';
const listeners = new Set<() => void>();

/** The API key of this browser tab, or of this browser where it is to be remembered. Null where nobody signed in. */
export function readKey(): string | null {
  return sessionStorage.getItem(storageKey) ?? localStorage.getItem(storageKey);
}

/** Keeps a key for this tab, or until signing out. */
export function signIn(key: string, isRemembered: boolean): void {
  localStorage.removeItem(storageKey);
  (isRemembered ? localStorage : sessionStorage).setItem(storageKey, key);
  for (const listener of listeners) listener();
}

/** Forgets the key. */
export function signOut(): void {
  localStorage.removeItem(storageKey);
  sessionStorage.removeItem(storageKey);
  for (const listener of listeners) listener();
}

/** The key, for parts that show who is signed in. */
export function useKey(): string | null {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, readKey);
}
