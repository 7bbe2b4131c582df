import type { ObjectStore } from '../storage/object-store.ts';
import type { RunStore } from './run-store.ts';

/** Objects are looked up so many at a time. */
const batchSize = 500;
/** What a put that was killed has left is removed after so long: longer than any put takes. */
const unfinishedMs = 24 * 3600 * 1000;

/**
 * Removes what the store has and no run knows: archives of attempts that came late or were killed before they could say that
 * they were done, and checkpoints of runs that have ended. Gives their number.
 *
 * @param signal ends it early; what is left is left to the next time.
 */
export async function sweepStore(
  store: ObjectStore,
  runStore: Pick<RunStore, 'findActive' | 'findArchiveKeys'>,
  signal?: AbortSignal,
): Promise<number> {
  let removed = await store.deleteUnfinished(new Date(Date.now() - unfinishedMs));
  let batch: string[] = [];
  const flush = async (): Promise<void> => {
    const orphans = await findOrphans(batch, runStore);
    for (const key of orphans) {
      if (signal?.aborted === true) return;
      await store.delete(key);
      removed += 1;
    }
    batch = [];
  };
  for await (const { key } of store.list('')) {
    if (signal?.aborted === true) return removed;
    batch.push(key);
    if (batch.length === batchSize) await flush();
  }
  await flush();
  return removed;
}

/** Runs are asked about after the objects were listed: one that ends in between is asked about as it is then. */
async function findOrphans(
  keys: readonly string[],
  runStore: Pick<RunStore, 'findActive' | 'findArchiveKeys'>,
): Promise<string[]> {
  const runs = new Map(keys.map((key) => [key, runOf(key)]));
  const runIds = [...new Set(runs.values())].filter((runId) => runId !== null);
  const [active, archives] = [await runStore.findActive(runIds), await runStore.findArchiveKeys(keys)];
  return keys.filter((key) => {
    const runId = runs.get(key) ?? null;
    return runId !== null && !active.has(runId) && !archives.has(key);
  });
}

/** The run that made an object; null for one that no run makes, which is somebody else's. */
function runOf(key: string): number | null {
  const match = /^(?:runs\/)?(\d{1,9})\//.exec(key);
  return match?.[1] === undefined ? null : Number(match[1]);
}
