/**
 * Why a request is refused for now (429). `rate-*`: too many requests in a short time; `quota-*`: more exports than the
 * site makes for one token. An extension: the API itself has the sentence only.
 */
export const limitCodes = [
  'rate-reading',
  'rate-submitting',
  'rate-authentication',
  'quota-unfinished-exports',
  'quota-exports-per-day',
  'quota-bytes-per-day',
] as const;

/** The code of a limit. */
export type LimitCode = (typeof limitCodes)[number];
