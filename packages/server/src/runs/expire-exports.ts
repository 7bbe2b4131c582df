import type { ObjectStore } from '../storage/object-store.ts';
import type { RunStore } from './run-store.ts';

/** Runs are looked for so many at a time. */
const batchSize = 500;

/**
 * Ends exports whose time is over, and removes archives that no export has any more: first in the database, then from the store.
 * What a process that is killed in between leaves there is an orphan, which `sweepStore` removes. Gives the number of exports.
 *
 * @param signal ends it early; what is left is left to the next time.
 */
export async function expireExports(
  store: Pick<ObjectStore, 'delete'>,
  runStore: Pick<RunStore, 'limitUnlimited' | 'findExpired' | 'expire'>,
  signal?: AbortSignal,
): Promise<number> {
  let changed = await runStore.limitUnlimited();
  for (;;) {
    const runIds = await runStore.findExpired(batchSize);
    const archiveKeys: string[] = [];
    for (const runId of runIds) {
      const { exports, archiveKey } = await runStore.expire(runId);
      changed += exports;
      if (archiveKey !== null) archiveKeys.push(archiveKey);
    }
    for (const key of archiveKeys) await store.delete(key);
    if (runIds.length < batchSize || signal?.aborted === true) return changed;
  }
}
