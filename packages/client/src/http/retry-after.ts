const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Sun, 06 Nov 1994 08:49:37 GMT`, and the obsolete `Sunday, 06-Nov-94 08:49:37 GMT`. */
const internetDate =
  /^[A-Z][a-z]{2,8}, (?<day>\d\d)[ -](?<month>[A-Z][a-z]{2})[ -](?<year>\d{2}|\d{4}) (?<time>\d\d:\d\d:\d\d) GMT$/;

/** The obsolete `Sun Nov  6 08:49:37 1994` of C's asctime, which means UTC. */
const asctimeDate =
  /^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) (?<time>\d\d:\d\d:\d\d) (?<year>\d{4})$/;

/**
 * The pause that a `Retry-After` header asks for, in milliseconds: seconds, or a date in any of HTTP's three
 * forms (RFC 9110, 5.6.7). Null where there is none or it cannot be read.
 */
export function retryAfter(headers: Headers, now: number = Date.now()): number | null {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const time = httpDate(value, now);
  return time === null ? null : Math.max(0, time - now);
}

/** Runtimes differ in the dates that `Date.parse` takes, and take much else for one. */
function httpDate(value: string, now: number): number | null {
  const { day, month, year, time } = (internetDate.exec(value) ?? asctimeDate.exec(value))?.groups ?? {};
  const monthNumber = months.indexOf(month ?? '') + 1;
  if (monthNumber === 0) return null;
  const date = [fullYear(year ?? '', now), two(monthNumber), two(Number(day))].join('-');
  const parsed = Date.parse(`${date}T${time}Z`);
  return Number.isNaN(parsed) ? null : parsed;
}

/** Of two digits, the year that is nearest but not more than 50 years ahead (RFC 9110, 5.6.7). */
function fullYear(year: string, now: number): number {
  if (year.length === 4) return Number(year);
  const thisYear = new Date(now).getUTCFullYear();
  const sameCentury = thisYear - (thisYear % 100) + Number(year);
  if (sameCentury > thisYear + 50) return sameCentury - 100;
  return sameCentury <= thisYear - 50 ? sameCentury + 100 : sameCentury;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
