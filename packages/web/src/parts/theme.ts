import { useSyncExternalStore } from 'react';

/** How colours are chosen. */
export type Theme = 'system' | 'light' | 'dark';

const storageKey = 'outcrop.theme';
const listeners = new Set<() => void>();
const dark = window.matchMedia('(prefers-color-scheme: dark)');

/** The theme that was chosen here. */
function readTheme(): Theme {
  const kept = localStorage.getItem(storageKey);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

/** Chooses a theme, and remembers it. */
export function setTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(storageKey);
  else localStorage.setItem(storageKey, theme);
  applyTheme();
}

/** Puts the theme on the page. */
export function applyTheme(): void {
  const theme = readTheme();
  if (theme === 'system') document.documentElement.removeAttribute('data-theme');
  else document.documentElement.setAttribute('data-theme', theme);
  for (const listener of listeners) listener();
}

/** Hears of changes of the colours, by choice or by the system. */
export function onColours(listener: () => void): () => void {
  listeners.add(listener);
  dark.addEventListener('change', listener);
  return () => {
    listeners.delete(listener);
    dark.removeEventListener('change', listener);
  };
}

/** The theme that was chosen. */
export function useTheme(): Theme {
  return useSyncExternalStore(onColours, readTheme);
}
