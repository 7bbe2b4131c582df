import type { Logger } from 'pino';

import type { Database } from '../database/database.ts';

/** Something that must be done from time to time. */
export interface Chore {
  /** Names it in the database and the log. */
  readonly name: string;
  readonly everySeconds: number;
  /** Whose it is: of the site, where any one process does it; or of the machine, whose every process does it. */
  readonly of: 'site' | 'machine';
  /** Gives how many things it has changed. Ends early when the process does. */
  run(signal: AbortSignal): Promise<number>;
}

/** How often one looks whether something is due. */
const lookEveryMs = 15_000;

/** Does chores when they are due: those of the site in whichever process asks first. */
export class Upkeep {
  readonly #database: Database;
  readonly #chores: readonly Chore[];
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | null = null;
  #working: Promise<void> = Promise.resolve();
  readonly #closing = new AbortController();
  readonly #dueAt = new Map<string, number>();

  constructor(database: Database, chores: readonly Chore[], logger: Logger) {
    this.#database = database;
    this.#chores = chores;
    this.#logger = logger;
  }

  /**
   * Does what is due, and goes on until it is closed.
   *
   * @param isAlone whether no other process can be doing chores: then everything is done once, as the last process may have
   *   been killed in the middle of something. Where there are several, each start would do again what another has just done.
   */
  async start({ isAlone }: { readonly isAlone: boolean }): Promise<void> {
    await (isAlone ? this.#doChores(this.#chores) : this.doWhatIsDue());
    this.#timer = setInterval(() => {
      this.#working = this.#working.then(() => this.doWhatIsDue());
    }, lookEveryMs);
    this.#timer.unref();
  }

  /** Does what is due, unless another process does it. */
  async doWhatIsDue(): Promise<void> {
    try {
      for (const chore of this.#chores) {
        if (await this.#claim(chore)) await this.#doChores([chore]);
      }
    } catch (error) {
      this.#logger.warn({ err: error }, 'Site:Upkeep:Failed');
    }
  }

  /** Begins nothing more, has what is being done end early, and waits for that. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#timer ?? undefined);
    await this.#working;
  }

  async #claim({ name, everySeconds, of }: Chore): Promise<boolean> {
    if (of === 'machine') {
      const isDue = performance.now() >= (this.#dueAt.get(name) ?? 0);
      if (isDue) this.#dueAt.set(name, performance.now() + everySeconds * 1000);
      return isDue;
    }
    const rows = await this.#database.query(
      `INSERT INTO outcrop.chores AS chore (name, due_at) VALUES ($1, now() + make_interval(secs => $2))
       ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at WHERE chore.due_at <= now() RETURNING name`,
      [name, everySeconds],
    );
    return rows.length === 1;
  }

  async #doChores(chores: readonly Chore[]): Promise<void> {
    for (const chore of chores) {
      if (this.#closing.signal.aborted) return;
      try {
        const changed = await chore.run(this.#closing.signal);
        if (changed > 0) this.#logger.info({ chore: chore.name, changed }, 'Site:Upkeep:Done');
      } catch (error) {
        this.#logger.warn({ err: error, chore: chore.name }, 'Site:Upkeep:Failed');
      }
    }
  }
}
