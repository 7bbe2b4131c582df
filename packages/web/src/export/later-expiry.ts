const dayMs = 24 * 3600 * 1000;
/** The clock of this machine may be ahead of the site's. */
const clocksMs = 5 * 60 * 1000;
/** Less than that is not worth a button. */
const leastGainMs = 3600 * 1000;

/** When an export can expire at the latest if it is kept once more; null where that is hardly later than it is. */
export function laterExpiry(
  expires: Date,
  now: number,
  { keepDays, maxKeepDays }: { readonly keepDays: number | null; readonly maxKeepDays: number },
): Date | null {
  const latest = now + maxKeepDays * dayMs - clocksMs;
  const wanted = expires.getTime() + (keepDays ?? maxKeepDays) * dayMs;
  const later = Math.min(wanted, latest);
  return later - expires.getTime() < Math.min(leastGainMs, ((keepDays ?? maxKeepDays) * dayMs) / 2)
    ? null
    : new Date(later);
}
