import { parseTime } from '../http/lists/parse-time.ts';

const hours: Readonly<Record<string, number>> = { h: 1, d: 24, w: 7 * 24 };

/**
 * When a token ends, as someone wrote it: a time from now (`12h`, `90d`, `52w`), a time, or a date, which is its first
 * moment in UTC. Null where it is none of these.
 *
 * @param now milliseconds of the epoch.
 */
export function parseExpiry(written: string, now: number): string | null {
  const match = /^(\d{1,5})([hdw])$/.exec(written.trim());
  if (match === null) return parseTime(written);
  const ms = Number(match[1]) * (hours[match[2] ?? ''] ?? 0) * 60 * 60 * 1000;
  return parseTime(new Date(now + ms).toISOString());
}
