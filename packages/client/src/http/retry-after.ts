/**
 * The pause that a `Retry-After` header asks for, in milliseconds: seconds, or a date in any of HTTP's three
 * forms (RFC 9110, 5.6.7). Null where there is none or it cannot be read.
 */
export function retryAfter(headers: Headers, now: number = Date.now()): number | null {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined || value === '') return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  // Date.parse reads much else as a date, such as -5.
  const time = /^[A-Z][a-z]{2,8},? /.test(value) ? Date.parse(withZone(value)) : Number.NaN;
  return Number.isNaN(time) ? null : Math.max(0, time - now);
}

/** The asctime form (`Sun Nov  6 08:49:37 1994`) has no zone and means UTC. */
function withZone(date: string): string {
  return /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/.test(date) ? `${date} GMT` : date;
}
