import { checkpointsInSharedFolder } from './runs/checkpoints.ts';
import { RunFolders } from './runs/run-folders.ts';
import { TaskWorker } from './runs/task-worker.ts';
import type { Foundations } from './site/foundations.ts';

/** Begins to do the tasks of a site in this process. The composition root of a worker. */
export async function startWorker(foundations: Foundations): Promise<TaskWorker> {
  const { site, config, engine, logger, opened, objectStore, runStore, taskStore } = foundations;
  const worker = new TaskWorker({
    engine,
    taskStore,
    runStore,
    objectStore,
    checkpoints: checkpointsInSharedFolder,
    folders: new RunFolders(site.paths.work),
    siteFolder: site.paths.folder,
    limits: { seconds: site.limits.max_run_seconds, memoryBytes: site.limits.max_run_memory_bytes },
    logger,
  });
  if (opened.isExclusive) {
    await taskStore.forgetLeases();
  }
  await worker.sweep();
  worker.start(config.concurrency);
  return worker;
}
