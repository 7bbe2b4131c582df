const storageKey = 'outcrop.draft';

/** Remembers, in this browser, what was being put together. */
export function keepLastDraft(query: string): void {
  try {
    if (query !== '') localStorage.setItem(storageKey, query);
  } catch {
    // A full store costs the offer to go on, and nothing else.
  }
}

/** The query of what was being put together last; null where there is none, or where it has become an export. */
export function readLastDraft(): string | null {
  return localStorage.getItem(storageKey);
}

/** Forgets it: it has become an export, or is not wanted. */
export function forgetLastDraft(): void {
  localStorage.removeItem(storageKey);
}
