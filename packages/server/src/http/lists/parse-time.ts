// In a query, a `+` that is not escaped arrives as a space.
const form = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+ -]\d\d:?\d\d)?)?$/i;

/**
 * A time as someone wrote it, in UTC with microseconds; null where it is none. A date is its first moment, a time without
 * a zone is UTC, and a space may stand for the `T`, as Python writes it (wire contract, section 16.2, trap 17).
 */
export function parseTime(written: string): string | null {
  const match = form.exec(written.trim());
  if (match === null) {
    return null;
  }
  const [, date = '', minutes = '00:00', seconds = '00', fraction = '', zone = 'Z'] = match;
  const time = new Date(`${date}T${minutes}:${seconds}${offset(zone)}`);
  const year = time.getUTCFullYear();
  if (!isDate(date) || !(year >= 1 && year <= 9999)) {
    return null;
  }
  return `${time.toISOString().slice(0, 19)}.${fraction.padEnd(6, '0').slice(0, 6)}Z`;
}

function offset(zone: string): string {
  return zone
    .toUpperCase()
    .replace(' ', '+')
    .replace(/(\d\d)(\d\d)$/, '$1:$2');
}

/** `Date` takes the 31st of every month for a day. */
function isDate(date: string): boolean {
  const time = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(date);
}
