/**
 * The state of an export as anyone is told it; `exports` is its row. One whose time is over is gone from that moment on, whether
 * or not upkeep has come to write it down.
 */
export const stateNow = `CASE WHEN exports.state = 'complete' AND exports.expires_at <= now() THEN 'gone' ELSE exports.state END`;

/** When an export that becomes complete now will be gone; `days` is a placeholder, whose value is null for never. */
export function expiryIn(days: string): string {
  return `now() + make_interval(secs => ${days}::double precision * 86400)`;
}
