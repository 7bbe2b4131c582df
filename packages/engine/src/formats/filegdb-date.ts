import { isInCalendar } from './iso-time.ts';

const secondsOfDay = 86_400;
/** Days from 1899-12-30, where a File Geodatabase begins to count, to 1970-01-01. */
const daysBefore1970 = 25_569;
const moment =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/** A date, or a date and time, as a File Geodatabase has it. */
export interface FileGdbDate {
  /** Days since 1899-12-30, in UTC where the text says how far from it it is. */
  readonly days: number;
  /** Whether a fraction of a second was rounded, as it has none. */
  readonly isRounded: boolean;
}

/** Reads `YYYY-MM-DD`, or that with a time, as ISO 8601 and SQLite write it; null where it is nothing of the kind. */
export function fileGdbDate(text: string): FileGdbDate | null {
  if (text.length === 10) return midnightOf(text);
  const match = moment.exec(text);
  if (match === null) return null;
  const [, date = '', hour = '0', minute = '0', second = '0', zone] = match;
  const midnight = daysFrom1970(date);
  if (midnight === null || Number(hour) > 23 || Number(minute) > 59 || Number(second) >= 61) return null;
  const whole = Math.floor(Number(second) + 0.5);
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + whole - secondsFromUtc(zone);
  return {
    // The same operations in the same order as GDAL's, for the same last bit.
    days: (midnight * secondsOfDay + seconds) / 3600 / 24 + daysBefore1970,
    isRounded: whole !== Number(second),
  };
}

function midnightOf(text: string): FileGdbDate | null {
  const midnight = daysFrom1970(text);
  return midnight === null ? null : { days: midnight + daysBefore1970, isRounded: false };
}

/** Days from 1970-01-01 to a date `YYYY-MM-DD` of the Gregorian calendar; null where it is none. */
function daysFrom1970(date: string): number | null {
  const [year, month, day] = [digits(date, 0, 4), digits(date, 5, 2), digits(date, 8, 2)];
  const isWritten = date.charCodeAt(4) === hyphen && date.charCodeAt(7) === hyphen;
  if (!isWritten || !isInCalendar(year, month, day)) return null;
  // Years that begin in March, so that a leap day is the last.
  const [years, months] = month > 2 ? [year, month - 3] : [year - 1, month + 9];
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  return years * 365 + leapDays + Math.floor((153 * months + 2) / 5) + day - 1 - marchDays1970;
}

/** Days from the March of year 0 to 1970-01-01. */
const marchDays1970 = 719_468;
const hyphen = 45;

/** The number of some digits; NaN where they are none. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let k = from; k < from + count; k++) {
    const digit = text.charCodeAt(k) - 48;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** How far a zone is ahead of UTC. */
function secondsFromUtc(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', ''));
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60;
}
