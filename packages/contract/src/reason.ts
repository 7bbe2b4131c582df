/**
 * Why an export, or one of its items, is refused. `outside-extent` is the one code that Koordinates documents;
 * the others follow the wire contract, section 10.
 */
export const reasonCodes = [
  'outside-extent',
  'invalid-extent',
  'missing-format',
  'invalid-format',
  'unsupported-kind',
  'invalid-crs',
  'invalid-option',
  'source-unavailable',
  'no-permission',
  'too-large',
  'too-large-for-format',
  'antimeridian-reprojection',
  'payment-required',
] as const;

/** A reason code. */
export type ReasonCode = (typeof reasonCodes)[number];

/** A reason in full: the code, a sentence with the value and the remedy, and the figures where it is a limit. */
export interface Reason {
  readonly code: ReasonCode;
  readonly detail: string;
  readonly limit?: number;
  readonly value?: number;
}
