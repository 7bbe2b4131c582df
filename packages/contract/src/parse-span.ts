const hours: Readonly<Record<string, number>> = { h: 1, d: 24, w: 7 * 24 };

/** The milliseconds of a span of time as people write it: `12h`, `30d`, `4w`. Null for anything else. */
export function parseSpan(written: string): number | null {
  const match = /^(\d{1,5})([hdw])$/.exec(written);
  return match === null ? null : Number(match[1]) * (hours[match[2] ?? ''] ?? 0) * 3_600_000;
}
