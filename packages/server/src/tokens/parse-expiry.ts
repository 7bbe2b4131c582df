import { parseSpan } from '@outcrop/contract';

import { parseTime } from '../http/lists/parse-time.ts';

/**
 * When a token ends, as someone wrote it: a time from now (`12h`, `90d`, `52w`), a time, or a date, which is its first
 * moment in UTC. Null where it is none of these.
 *
 * @param now milliseconds of the epoch.
 */
export function parseExpiry(written: string, now: number): string | null {
  const span = parseSpan(written.trim());
  return parseTime(span === null ? written : new Date(now + span).toISOString());
}
