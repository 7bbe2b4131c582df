const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/**
 * HTTP's three forms of a date, as day, month, year and time: `Sun, 06 Nov 1994 08:49:37 GMT`, and the obsolete
 * `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994` (C's asctime, which means UTC).
 */
const forms = [
  /^\w{3,9}, (?<day>\d\d)[ -](?<month>\w{3})[ -](?<year>\d\d(?:\d\d)?) (?<time>[\d:]{8}) GMT$/,
  /^\w{3} (?<month>\w{3}) (?<day>[ \d]\d) (?<time>[\d:]{8}) (?<year>\d{4})$/,
];

/**
 * The pause that a `Retry-After` header asks for, in milliseconds: seconds, or a date (RFC 9110, 10.2.3 and 5.6.7). Null
 * where there is none or it cannot be read.
 */
export function retryAfter(headers: Headers, now: number = Date.now()): number | null {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = forms.map((form) => form.exec(value)?.groups).find(Boolean);
  if (date === undefined) return null;
  const { day = '', month = '', year = '', time = '' } = date;
  // Not by Date.parse alone: runtimes differ in the dates that it takes.
  const parts = [fullYear(year, now), months.indexOf(month) / 3 + 1, Number(day)];
  const moment = Date.parse(`${parts.map((part) => String(part).padStart(2, '0')).join('-')}T${time}Z`);
  return Number.isNaN(moment) ? null : Math.max(0, moment - now);
}

/** Of two digits, the year that is nearest but not more than 50 years ahead. */
function fullYear(year: string, now: number): number {
  const written = Number(year);
  if (year.length === 4) return written;
  const oldest = new Date(now).getUTCFullYear() - 49;
  return oldest + ((((written - oldest) % 100) + 100) % 100);
}
