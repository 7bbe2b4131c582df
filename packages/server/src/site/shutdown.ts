import type { Logger } from 'pino';

/** What a process does to end. A process that has no such part leaves the step out. */
export interface ShutdownSteps {
  /** Takes no more connections, and ends when what was asked is answered, or after so long. */
  readonly endRequests?: ((graceMs: number) => Promise<void>) | undefined;
  /** Takes no more tasks; gives back what still runs after so long: to another worker, or the next start. No attempt is counted. */
  readonly endTasks?: ((graceMs: number) => Promise<void>) | undefined;
  /** Lets go of database, folder and the rest. */
  readonly close: () => Promise<void>;
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
 * The end of a process, in order: it stops accepting and stops taking tasks at once; requests in flight and running tasks get
 * their time; what runs then is given back; last, everything is closed. A second signal does not wait for it: the command ends.
 */
export class Shutdown {
  readonly #logger: Logger;
  #ending: Promise<void> | null = null;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Whether it has begun: from then on `/readyz` says no. */
  get isDraining(): boolean {
    return this.#ending !== null;
  }

  /** Begins once, however often it is called; all calls end with it. A step that fails is logged, and the next is taken. */
  begin(steps: ShutdownSteps, drainSeconds: number): Promise<void> {
    this.#ending ??= this.#end(steps, drainSeconds);
    return this.#ending;
  }

  async #end({ endRequests, endTasks, close }: ShutdownSteps, drainSeconds: number): Promise<void> {
    const drainMs = drainSeconds * 1000;
    this.#logger.info({ drainSeconds }, 'Process:Drain:Started');
    await Promise.all([
      this.#attempt(() => endRequests?.(Math.max(drainMs, minRequestGraceMs))),
      this.#attempt(() => endTasks?.(drainMs)),
    ]);
    await this.#attempt(close);
    this.#logger.info('Process:Drain:Done');
  }

  async #attempt(step: () => Promise<void> | undefined): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#logger.error({ err: error }, 'Process:Drain:Failed');
    }
  }
}
