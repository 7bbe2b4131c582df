import { workerData } from 'node:worker_threads';

import type { RetileState } from './retile-state.ts';
import { RetileThread } from './retile-thread.ts';

/** What a thread of a copy is started with. */
export interface RetileTask {
  readonly state: RetileState;
  readonly number: number;
}

const { state, number } = workerData as RetileTask;
using thread = new RetileThread(state, number);
thread.run();
