import type { FailureCode } from '@outcrop/contract';

/** What the engine throws when it cannot do what it was asked, in words that name the thing and the remedy. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: FailureCode;
  /** Whether the same work may succeed when it is simply tried again. */
  readonly retryable: boolean;

  constructor(code: FailureCode, detail: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}
