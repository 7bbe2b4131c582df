import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

import type { AuditRecord } from '../audit/audit-log.ts';
import { openSiteAdmin } from './site-admin.ts';

/** Which lines of an audit log. */
export interface AuditQuery {
  readonly folder: URL;
  readonly actions?: readonly string[];
  readonly tokenIds?: readonly number[];
  readonly exportIds?: readonly number[];
  /** Parts of references: `layers/3/`. */
  readonly items?: readonly string[];
  /** A time or a date, from which on. */
  readonly since?: string;
  /** A time or a date, before which. */
  readonly until?: string;
}

/** A question to an audit log that cannot be answered, in words. */
export class AuditQueryError extends Error {
  override readonly name = 'AuditQueryError';
}

/**
 * Reads the audit log of a site, whether it runs or not: oldest first, a portion at a time.
 *
 * @throws AuditQueryError naming the parameter that cannot be used.
 */
export async function* readAuditLog(query: AuditQuery): AsyncGenerator<AuditRecord, void, undefined> {
  const admin = await openSiteAdmin(query.folder);
  try {
    const answer = await admin.ask(`audit/lines/?${queryOf(query).toString()}`);
    if (!answer.ok || answer.body === null) throw await refusal(answer);
    const lines = createInterface({ input: Readable.fromWeb(answer.body as never), crlfDelay: Infinity });
    for await (const line of lines) yield JSON.parse(line) as AuditRecord;
  } finally {
    await admin.close();
  }
}

function queryOf(query: AuditQuery): URLSearchParams {
  const sent: readonly (readonly [string, readonly (string | number)[]])[] = [
    ['action', query.actions ?? []],
    ['token', query.tokenIds ?? []],
    ['export', query.exportIds ?? []],
    ['item', query.items ?? []],
    ['at.gte', query.since === undefined ? [] : [query.since]],
    ['at.lt', query.until === undefined ? [] : [query.until]],
  ];
  const parameters = new URLSearchParams();
  for (const [name, values] of sent) {
    for (const value of values) parameters.append(name, String(value));
  }
  return parameters;
}

async function refusal(answer: Response): Promise<Error> {
  if (answer.status !== 400) return new Error(`The site did not answer (HTTP ${answer.status}).`);
  const fields = (await answer.json()) as Record<string, string[]>;
  const problems = Object.entries(fields).map(([name, words]) => `${name}: ${words.join(' ')}`);
  return new AuditQueryError(problems.join('; '));
}
