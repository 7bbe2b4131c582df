import type { Logger } from 'pino';

import type { Database } from '../database/database.ts';

/**
 * Notes when tokens were last used: beside the request, which does not wait, and once a minute for each token, however
 * many requests and processes there are.
 */
export class TokenUses {
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #writing = new Map<number, Promise<void>>();

  constructor(database: Database, logger: Logger) {
    this.#database = database;
    this.#logger = logger;
  }

  /** Notes that a token is being used now. */
  note(tokenId: number): void {
    if (this.#writing.has(tokenId)) return;
    const written = this.#write(tokenId)
      .catch((error: unknown) => this.#logger.warn({ err: error, tokenId }, 'Token:Use:NotNoted'))
      .finally(() => this.#writing.delete(tokenId));
    this.#writing.set(tokenId, written);
  }

  /** Waits for what is being noted. */
  async settle(): Promise<void> {
    await Promise.all(this.#writing.values());
  }

  async #write(tokenId: number): Promise<void> {
    await this.#database.query(
      `UPDATE outcrop.tokens SET last_used_at = now()
       WHERE id = $1 AND coalesce(last_used_at < now() - interval '1 minute', true)`,
      [tokenId],
    );
  }
}
