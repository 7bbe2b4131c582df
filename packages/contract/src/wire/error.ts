import type { LimitCode } from '../limit-code.ts';

/** What is wrong with a request, in words. */
export interface WireProblem {
  readonly detail: string;
}

/** What is wrong with the fields of a request: sentences by field; `non_field_errors` for the body as a whole. */
export type WireFieldErrors = Readonly<Record<string, readonly string[]>>;

/** Body of a 429: the sentence says what would free it, `Retry-After` when. */
export interface WireLimitProblem extends WireProblem {
  readonly code: LimitCode;
  /** What the site allows: requests a minute, exports, or bytes. */
  readonly limit: number;
  /** What it would come to with this request; null for rates, of which only the excess is known. */
  readonly value: number | null;
}

/** Body of a cancel that is refused, in `v1` (wire contract, section 5.4). */
export interface WireConflict extends WireProblem {
  readonly errors: readonly string[];
}

/** Body of a create that the disk of the site has no room for: extension. All in bytes. */
export interface WireNoRoom extends WireProblem {
  /** What the export takes while it is made. */
  readonly needed: number;
  readonly free: number;
  /** What other exports have yet to write. */
  readonly promised: number;
  /** What must stay free. */
  readonly reserve: number;
}

/** How `v1.x` wraps every error body but the validation (wire contract, section 11). */
export interface WireErrorEnvelope {
  readonly errors: WireProblem | WireLimitProblem | WireFieldErrors;
  readonly status_code: number;
}
