/** Selects a time as the wire writes it: ISO 8601, UTC, microseconds; the same from every database. */
export function wireTime(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS ${column}`;
}
