import type { Logger } from 'pino';

import type { Database } from '../database/database.ts';

/** Something that must be done from time to time, by any one process of a site. */
export interface Chore {
  /** Names it in the database and the log. */
  readonly name: string;
  readonly everySeconds: number;
  /** Gives how many things it has changed. */
  run(): Promise<number>;
}

/** How often one looks whether something is due. */
const lookEveryMs = 15_000;

/** Does chores: all of them when a process starts, then each when it is due, in whichever process asks first. */
export class Upkeep {
  readonly #database: Database;
  readonly #chores: readonly Chore[];
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | null = null;
  #working: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(database: Database, chores: readonly Chore[], logger: Logger) {
    this.#database = database;
    this.#chores = chores;
    this.#logger = logger;
  }

  /** Does everything once, and goes on until it is closed. */
  async start(): Promise<void> {
    await this.#doChores(this.#chores);
    this.#timer = setInterval(() => {
      this.#working = this.#working.then(() => this.doWhatIsDue());
    }, lookEveryMs);
    this.#timer.unref();
  }

  /** Does what is due, unless another process does it. */
  async doWhatIsDue(): Promise<void> {
    try {
      const due = [];
      for (const chore of this.#chores) {
        if (await this.#claim(chore)) due.push(chore);
      }
      await this.#doChores(due);
    } catch (error) {
      this.#logger.warn({ err: error }, 'Site:Upkeep:Failed');
    }
  }

  /** Begins nothing more, and waits for what is being done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer ?? undefined);
    await this.#working;
  }

  async #claim({ name, everySeconds }: Chore): Promise<boolean> {
    const rows = await this.#database.query(
      `INSERT INTO outcrop.chores AS chore (name, due_at) VALUES ($1, now() + make_interval(secs => $2))
       ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at WHERE chore.due_at <= now() RETURNING name`,
      [name, everySeconds],
    );
    return rows.length === 1;
  }

  async #doChores(chores: readonly Chore[]): Promise<void> {
    for (const chore of chores) {
      if (this.#isClosed) return;
      try {
        const changed = await chore.run();
        if (changed > 0) this.#logger.info({ chore: chore.name, changed }, 'Site:Upkeep:Done');
      } catch (error) {
        this.#logger.warn({ err: error, chore: chore.name }, 'Site:Upkeep:Failed');
      }
    }
  }
}
