import { useSyncExternalStore } from 'react';

import type { ItemKey } from '../request/draft.ts';

const listeners = new Set<() => void>();
let shown: readonly ItemKey[] = [];

/** The layers that the map shows beside those of the export. */
export const mapPreviews = {
  toggle(key: ItemKey): void {
    shown = shown.includes(key) ? shown.filter((one) => one !== key) : [...shown.slice(-3), key];
    for (const listener of listeners) listener();
  },
};

/** Which layers are shown for a look. */
export function useMapPreviews(): readonly ItemKey[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
}
