/** Made when it is first needed: the browser takes milliseconds for it, which the first sight of the page does without. */
function whenNeeded<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

const integers = whenNeeded(() => new Intl.NumberFormat('en'));
const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** A count with separators: 138,000. */
export function count(value: number): string {
  const whole = Math.round(value);
  return Math.abs(whole) < 1000 ? String(whole) : integers().format(whole);
}

/** A measure with at most four significant digits: 0.08789. */
export function significant(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** A size with two or three significant digits: 1.4 MB. */
export function bytes(value: number): string {
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : Number(size.toPrecision(2))} ${units[unit]}`;
}

/** About how long something takes. */
export function duration(seconds: number): string {
  if (seconds < 10) return 'a few seconds';
  if (seconds < 90) return `about ${Math.round(seconds / 10) * 10} seconds`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} minutes`;
  return `about ${Number((seconds / 3600).toPrecision(2))} hours`;
}

/** Square kilometres as people read them. */
export function squareKilometres(value: number): string {
  return value >= 100 ? count(value) : String(Number(value.toPrecision(2)));
}

const dates = whenNeeded(
  () =>
    new Intl.DateTimeFormat('en', {
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: 'numeric',
      minute: '2-digit',
      timeZoneName: 'short',
    }),
);
const relative = whenNeeded(() => new Intl.RelativeTimeFormat('en', { numeric: 'auto' }));
const steps = [
  [60, 'second', 1],
  [3600, 'minute', 60],
  [86_400, 'hour', 3600],
  [604_800, 'day', 86_400],
] as const;

/** A time with its date and zone. */
export function dateTime(date: Date): string {
  return dates().format(date);
}

/** How long ago; the date where that is more than a week. */
export function ago(date: Date, now: number): string {
  const seconds = (date.getTime() - now) / 1000;
  const step = steps.find(([below]) => Math.abs(seconds) < below);
  return step === undefined
    ? dates().format(date)
    : relative().format(Math.round(seconds / step[2]), step[1]);
}
