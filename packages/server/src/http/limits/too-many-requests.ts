import type { LimitCode, WireLimitProblem } from '@outcrop/contract';

import { HttpError } from '../http-error.ts';

/** 429, as the wire contract writes it (section 2), with the figures. `waitMs` is null where waiting would not help. */
export function tooManyRequests(problem: {
  readonly code: LimitCode;
  readonly detail: string;
  readonly limit: number;
  readonly value?: number;
  readonly waitMs: number | null;
}): HttpError {
  const { waitMs, value = null, ...said } = problem;
  const body: WireLimitProblem = { ...said, value };
  return new HttpError(429, body, waitMs === null ? {} : { 'Retry-After': String(inSeconds(waitMs)) });
}

/** Whole seconds, never none: a client that comes back at once would be refused again. */
export function inSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
