import { ApiError, type ApiErrorDetails } from './api-error.ts';

/** Too many requests (429), after the retries that the client allows. */
export class RateLimitError extends ApiError {
  override readonly name = 'RateLimitError';
  override readonly code = 'rate-limited';
  /** How long the site asks to wait, in milliseconds; null where it does not say. */
  readonly retryAfterMs: number | null;

  constructor(message: string, details: ApiErrorDetails, retryAfterMs: number | null) {
    super(message, details);
    this.retryAfterMs = retryAfterMs;
  }
}
