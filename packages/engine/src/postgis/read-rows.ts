import { addAbortSignal } from 'node:stream';

import type pg from 'pg';

import { CopyRows } from './copy-rows.ts';
import { postgisError } from './postgis-connection.ts';

/**
 * The rows of a query, as a binary COPY stream brings them.
 *
 * @param query SQL of ours, with every name quoted and every value a number: COPY takes no parameters
 * @throws EngineError `source-unavailable`; on abort, `signal.reason`
 */
export async function* readRows(
  client: pg.Client,
  query: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly (Buffer | null)[]> {
  const { to } = await import('pg-copy-streams');
  const stream = client.query(to(`COPY (${query}) TO STDOUT (FORMAT binary)`));
  if (signal !== undefined) addAbortSignal(signal, stream);
  const rows = new CopyRows();
  try {
    for await (const piece of stream) yield* rows.read(piece as Buffer);
    rows.finish();
  } catch (error) {
    signal?.throwIfAborted();
    throw postgisError(error);
  }
}
