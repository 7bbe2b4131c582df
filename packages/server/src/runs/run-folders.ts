import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { RunStore } from './run-store.ts';

const namePattern = /^run-(\d{1,10})$/;

/** The folders in which runs are made: one for each, which a worker that takes over finds as the last one left it. */
export class RunFolders {
  readonly #root: string;

  constructor(root: URL) {
    this.#root = fileURLToPath(root);
  }

  /** Absolute path. */
  of(runId: number): string {
    return join(this.#root, `run-${runId}`);
  }

  /** Removes a folder. Who still writes in it is about to be stopped: it is tried a few times. */
  async remove(runId: number): Promise<void> {
    await rm(this.of(runId), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  /** Removes whatever is left of runs that have ended. Gives their number. */
  async sweep(runStore: Pick<RunStore, 'findActive'>): Promise<number> {
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    const names = await readdir(this.#root);
    const runIds = names.flatMap((name) => namePattern.exec(name)?.[1] ?? []).map(Number);
    const active = await runStore.findActive(runIds);
    const ended = runIds.filter((runId) => !active.has(runId));
    await Promise.all(ended.map((runId) => this.remove(runId)));
    return ended.length;
  }
}
