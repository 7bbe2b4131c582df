/** Selects a time as the wire writes it: ISO 8601, UTC, microseconds; the same from every database. */
export function wireTime(expression: string, name = expression): string {
  return `to_char((${expression}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS ${name}`;
}
