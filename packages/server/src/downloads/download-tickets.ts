import { createHmac, timingSafeEqual } from 'node:crypto';

import type { Database } from '../database/database.ts';
import { sharedSecret } from '../database/shared-secret.ts';
import { HttpError, notFound } from '../http/http-error.ts';
import { type Caller, hasScope } from '../tokens/caller.ts';
import { findCallerById } from '../tokens/find-caller.ts';

/** Whose download a ticket is for, and until when. */
interface Ticket {
  readonly exportId: number;
  /** The token that was sent; 0 for none. */
  readonly owner: number;
  /** Seconds since 1970. */
  readonly expires: number;
}

/**
 * Addresses of archives that work without a key: `services/download/12/7.1795651200.<HMAC>`. What follows the export is the
 * token's id, the end, and an HMAC over all three with a secret of the site, so that every process of the site knows them
 * and nobody else can make or alter one. Whoever opens one is looked up again: it dies with its token and its export.
 */
export class DownloadTickets {
  readonly #database: Database;
  readonly #secret: Buffer;

  private constructor(database: Database, secret: Buffer) {
    this.#database = database;
    this.#secret = secret;
  }

  /** The tickets of a site. */
  static async open(database: Database): Promise<DownloadTickets> {
    return new DownloadTickets(database, await sharedSecret(database, 'downloads'));
  }

  /** The address for a caller of an export of theirs, relative to the site's root. */
  issue(caller: Caller, exportId: number, validSeconds: number): string {
    const owner = caller.keyId ?? 0;
    const expires = Math.floor(Date.now() / 1000) + validSeconds;
    const signature = this.#sign({ exportId, owner, expires }).toString('base64url');
    return `services/download/${exportId}/${owner}.${expires}.${signature}`;
  }

  /**
   * Who opens a ticket.
   *
   * @param options.anonymous who asks without a token now; null where nobody may.
   * @throws HttpError 404 for one that this site has not made, or whose token has ended; 410 for one that is late.
   */
  async open(exportId: number, text: string, { anonymous }: { anonymous: Caller | null }): Promise<Caller> {
    const ticket = this.#read(exportId, text);
    if (ticket === null) {
      throw notFound();
    }
    if (ticket.expires * 1000 < Date.now()) {
      throw new HttpError(410, {
        detail: 'This address has expired; ask for the download again, or open the export on the page.',
      });
    }
    const caller = await this.#find(ticket.owner, anonymous);
    if (caller === null || !hasScope(caller, 'exports:read')) {
      throw notFound();
    }
    return caller;
  }

  #read(exportId: number, text: string): Ticket | null {
    const match = /^(\d{1,10})\.(\d{1,12})\.([\w-]{43})$/.exec(text);
    if (match === null) {
      return null;
    }
    const ticket = { exportId, owner: Number(match[1]), expires: Number(match[2]) };
    const given = Buffer.from(match[3] ?? '', 'base64url');
    // 43 letters are 32 bytes and two bits more, by which a ticket could be written in four ways.
    const isCanonical = given.toString('base64url') === match[3];
    return isCanonical && timingSafeEqual(given, this.#sign(ticket)) ? ticket : null;
  }

  #find(owner: number, anonymous: Caller | null): Promise<Caller | null> {
    if (owner !== 0) {
      return findCallerById(this.#database, owner);
    }
    return Promise.resolve(anonymous);
  }

  #sign({ exportId, owner, expires }: Ticket): Buffer {
    return createHmac('sha256', this.#secret).update(`download ${exportId} ${owner} ${expires}`).digest();
  }
}
