/** The object store failed. The message says at what and why, and holds no secret. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  /** What the store calls it: `SlowDown`, `AccessDenied`, `ECONNREFUSED`. */
  readonly code: string;
  /** Whether the same may work in a while. */
  readonly isRetryable: boolean;

  constructor(message: string, options: { code: string; isRetryable: boolean }) {
    super(message);
    this.code = options.code;
    this.isRetryable = options.isRetryable;
  }
}
