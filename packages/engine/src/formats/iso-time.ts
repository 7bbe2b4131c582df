const zero = 48;
const hyphen = 45;
const dayLength = 10;
const daysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const time = /^[T ]([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(Z|[+-](?:0\d|1[0-5]):?[0-5]\d)?$/;

/** Whether a text is a day that there is, such as 2026-11-22, in the years 1 to 9999. */
export function isDay(text: string): boolean {
  return text.length === dayLength && beginsWithDay(text);
}

/**
 * A date and time of ISO 8601, or as SQLite's functions write them, with the zone that it has or else Z, as a GeoPackage's
 * are in UTC; a day alone is its midnight. Null for anything else.
 */
export function isoDateTime(text: string): string | null {
  if (!beginsWithDay(text)) return null;
  if (text.length === dayLength) return `${text}T00:00:00Z`;
  const found = time.exec(text.slice(dayLength));
  if (found === null) return null;
  return found[2] === undefined ? `${text}Z` : text;
}

function beginsWithDay(text: string): boolean {
  if (text.charCodeAt(4) !== hyphen || text.charCodeAt(7) !== hyphen) return false;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  return year >= 1 && isInCalendar(year, month, day);
}

/** Whether a month of a year from 0 on has such a day, in the Gregorian calendar. None has what is no number. */
export function isInCalendar(year: number, month: number, day: number): boolean {
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysOfMonth[month - 1]!)) return false;
  return month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0));
}

/** The number that two digits are; NaN where they are none. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - zero;
  const ones = text.charCodeAt(at + 1) - zero;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}
