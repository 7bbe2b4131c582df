import { forgetOldAudit } from './audit/audit-log.ts';
import { checkpointsInSharedFolder } from './runs/checkpoints.ts';
import { CheckpointsInStore } from './runs/checkpoints-in-store.ts';
import { expireExports } from './runs/expire-exports.ts';
import { RunFolders } from './runs/run-folders.ts';
import { sweepStore } from './runs/sweep-store.ts';
import { type LocalWorkers, TaskWorker } from './runs/task-worker.ts';
import type { Foundations } from './site/foundations.ts';
import { type Chore, Upkeep } from './upkeep/upkeep.ts';

/** A worker that takes tasks, and does a site's chores. */
export interface RunningTaskWorker extends LocalWorkers {
  /** Takes no more tasks, and waits so long for those that run; then stops them and gives them back. */
  close(drainMs?: number): Promise<void>;
}

/** Begins to do the tasks of a site in this process. The composition root of a worker. */
export async function startWorker(foundations: Foundations): Promise<RunningTaskWorker> {
  const { site, config, engine, logger, opened, objectStore, runStore, taskStore, metrics } = foundations;
  const folders = new RunFolders(site.paths.work);
  const worker = new TaskWorker({
    engine,
    taskStore,
    runStore,
    objectStore,
    // Workers of a site whose archives are files share its folder; others may share nothing but the bucket.
    checkpoints:
      config.storage.kind === 'files'
        ? checkpointsInSharedFolder
        : new CheckpointsInStore(objectStore, engine),
    folders,
    addressOf: (layerId) => site.postgisAddressOf(layerId),
    siteFolder: site.paths.folder,
    limits: { seconds: site.limits.max_run_seconds, memoryBytes: site.limits.max_run_memory_bytes },
    metrics,
    logger,
  });
  const upkeep = new Upkeep(opened.database, choresOf(foundations, folders), logger);
  if (opened.isExclusive) {
    await taskStore.forgetLeases();
  }
  worker.start(config.concurrency);
  await upkeep.start({ isAlone: opened.isExclusive });
  return {
    wake: () => worker.wake(),
    abort: (runId) => worker.abort(runId),
    async close(drainMs) {
      await Promise.all([upkeep.close(), worker.close(drainMs)]);
    },
  };
}

/** What must be done from time to time where tasks are done. Workers on other machines have folders of their own. */
function choresOf({ site, opened, objectStore, runStore }: Foundations, folders: RunFolders): Chore[] {
  return [
    { name: 'run-folders', of: 'machine', everySeconds: 60, run: () => folders.sweep(runStore) },
    {
      name: 'expired-exports',
      of: 'site',
      everySeconds: 60,
      run: (signal) => expireExports(objectStore, runStore, signal),
    },
    {
      name: 'object-store',
      of: 'site',
      everySeconds: 3600,
      run: (signal) => sweepStore(objectStore, runStore, signal),
    },
    {
      name: 'audit-log',
      of: 'site',
      everySeconds: 3600,
      run: () => forgetOldAudit(opened.database, site.config.access.audit_days),
    },
  ];
}
