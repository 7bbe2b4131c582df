/** How often, and how patiently, a request that is safe to repeat is repeated. */
export interface RetryPolicy {
  /** Repetitions after the first attempt. */
  readonly retries: number;
  /** First pause, in milliseconds. */
  readonly minMs: number;
  /** Longest pause, in milliseconds; a `Retry-After` beyond it ends the retrying. */
  readonly maxMs: number;
  readonly factor: number;
  /** Whether pauses are spread at random, so that many clients do not come back at once. */
  readonly jitter: boolean;
}

/** Three repetitions within a few seconds, and patience with a site that says when to come back. */
export const defaultRetryPolicy: RetryPolicy = {
  retries: 3,
  minMs: 300,
  maxMs: 60_000,
  factor: 2,
  jitter: true,
};

/** The pause before the repetition with this number (0 for the first), in milliseconds: half of it certain, half random. */
export function retryDelay(policy: RetryPolicy, repetition: number): number {
  const full = Math.min(policy.maxMs, policy.minMs * policy.factor ** repetition);
  return policy.jitter ? full / 2 + (Math.random() * full) / 2 : full;
}
