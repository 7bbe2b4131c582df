/** Where a page lies in its list. */
export interface ResourceRange {
  /** Number of the first record, from 0. */
  readonly start: number;
  /** One past the last record. */
  readonly end: number;
  readonly total: number;
}

/** An `X-Resource-Range` header such as `10-20/112`; null where there is none or it cannot be read. */
export function parseResourceRange(header: string | null): ResourceRange | null {
  const match = /^\s*(\d+)-(\d+)\/(\d+)\s*$/.exec(header ?? '');
  return match === null ? null : { start: Number(match[1]), end: Number(match[2]), total: Number(match[3]) };
}
