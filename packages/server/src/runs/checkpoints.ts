/** Where finished items of a run are kept while the run is not done, so that another worker can go on with them. */
export interface Checkpoints {
  /** Keeps an item that was just done in a run's folder. */
  save(run: RunPlace, index: number): Promise<void>;
  /** Brings items that are done, and not in the folder yet, into it. */
  fetch(run: RunPlace, indexes: readonly number[]): Promise<void>;
  /** Forgets what was kept of a run. */
  remove(runId: number): Promise<void>;
}

/** A run and the folder where it is made. */
export interface RunPlace {
  readonly runId: number;
  /** Absolute path. */
  readonly folder: string;
}

/** Where all workers share the folders of runs, items are kept by being there. */
export const checkpointsInSharedFolder: Checkpoints = {
  save: async () => undefined,
  fetch: async () => undefined,
  remove: async () => undefined,
};
