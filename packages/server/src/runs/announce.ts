import type { Queryable } from '../database/database.ts';

/** How an export has ended. */
export type EndingEvent = 'complete' | 'error' | 'cancelled' | 'gone';

/** An export that has just ended. */
export interface EndedExport {
  readonly exportId: number;
  readonly event: EndingEvent;
}

/**
 * Told of exports that end, in the transaction that writes it: what it writes there is kept exactly when the end is.
 */
export type Announce = (transaction: Queryable, ended: readonly EndedExport[]) => Promise<void>;

/** Tells nobody. */
export const announceToNobody: Announce = async () => undefined;
