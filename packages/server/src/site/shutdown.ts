import { setTimeout as delay } from 'node:timers/promises';

import type { Logger } from 'pino';

/** What a process does to end. A process that has no such part leaves the step empty. */
export interface ShutdownSteps {
  /** Takes no more connections, and ends when what was asked is answered, or after so long. */
  readonly finishRequests: (graceMs: number) => Promise<void>;
  /** Takes no more tasks, and ends when none runs any more. */
  readonly finishTasks: () => Promise<void>;
  /** Stops what still runs and gives it back: to another worker, or to the next start. No attempt is counted. */
  readonly giveBack: () => Promise<void>;
  /** Lets go of database, folder and the rest. */
  readonly close: () => Promise<void>;
}

/** The end of a process, in order. */
export interface Shutdown {
  /** From then on `/readyz` says no. */
  readonly isDraining: () => boolean;
  /** Begins once, however often it is called; all calls end with it. */
  readonly begin: () => Promise<void>;
}

/** What a process is. */
export type ProcessRole = 'serve' | 'api' | 'worker';

/**
 * How long running tasks may take to end, where the environment does not say. At a terminal nobody waits: finished items are
 * kept, and the next start goes on from there. A service manager replaces processes all the time, and grants 30 s or more.
 */
export const defaultDrainSeconds: Readonly<Record<ProcessRole, number>> = { serve: 0, api: 20, worker: 20 };

/** Requests are given this much even where tasks are given nothing. Downloads that are cut off are resumed by their client. */
const minRequestGraceMs = 2000;

/**
 * Prepares the end of a process. It stops accepting and stops taking tasks at once; requests in flight and running tasks get
 * their time; what runs then is given back; last, everything is closed. A step that fails is logged, and the next is taken.
 */
export function prepareShutdown(
  steps: ShutdownSteps,
  options: { readonly drainSeconds: number; readonly logger: Logger },
): Shutdown {
  const drainMs = options.drainSeconds * 1000;
  let ending: Promise<void> | null = null;
  const attempt = async (step: () => Promise<void>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      options.logger.error({ err: error }, 'Process:Stop:Failed');
    }
  };
  const endTasks = async (): Promise<void> => {
    const settled = attempt(steps.finishTasks);
    await within(settled, drainMs);
    await attempt(steps.giveBack);
    await settled;
  };
  const end = async (): Promise<void> => {
    options.logger.info({ drainSeconds: options.drainSeconds }, 'Process:Drain:Started');
    await Promise.all([
      attempt(() => steps.finishRequests(Math.max(drainMs, minRequestGraceMs))),
      endTasks(),
    ]);
    await attempt(steps.close);
    options.logger.info('Process:Stop:Done');
  };
  return { isDraining: () => ending !== null, begin: () => (ending ??= end()) };
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  const enough = new AbortController();
  const timer = delay(ms, undefined, { signal: enough.signal }).catch(() => undefined);
  await Promise.race([work, timer]);
  enough.abort();
}
