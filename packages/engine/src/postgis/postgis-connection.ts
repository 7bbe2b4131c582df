import type pg from 'pg';

import { EngineError } from '../engine-error.ts';

/** A connection in one read-only transaction, over one state of the data. */
export interface PostgisConnection extends AsyncDisposable {
  readonly client: pg.Client;
}

const connectTimeoutMs = 10_000;

/**
 * Connects, and begins a transaction that sees one state of the data and can change nothing.
 *
 * @throws EngineError `source-unavailable`, without the address and the password
 */
export async function connectPostgis(connection: string): Promise<PostgisConnection> {
  // Most exports need no database; its client takes longer to load than a small one takes to run.
  const { default: postgres } = await import('pg');
  const client = new postgres.Client({
    connectionString: connection,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'outcrop',
  });
  // What happens to an idle connection shows in the next query.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query("SET client_encoding TO 'UTF8'; SET timezone TO 'UTC'; SET extra_float_digits TO 3");
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  } catch (error) {
    await client.end().catch(() => undefined);
    throw postgisError(error);
  }
  return {
    client,
    async [Symbol.asyncDispose]() {
      await client.end().catch(() => undefined);
    },
  };
}

/** What PostgreSQL or the network throws, as an EngineError. Others pass through. */
export function postgisError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // Connections that break and servers that start or stop (SQLSTATE classes 08 and 57P) may be there again soon.
  const retryable = code.startsWith('E') || code.startsWith('08') || code.startsWith('57P') || code === '';
  const words = reason === '' ? code : reason.replaceAll(/postgres(?:ql)?:\/\/\S+/g, 'postgres://…');
  return new EngineError(
    'source-unavailable',
    `The PostGIS database cannot be read: ${words}. Check the address in outcrop.yaml, and that its user may SELECT.`,
    { retryable, cause: error },
  );
}
