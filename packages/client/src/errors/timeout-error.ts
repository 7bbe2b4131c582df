import { ExportsError } from './exports-error.ts';

/** The time allowed is over: of one request (`timeoutMs`), or of a wait (`deadlineMs`). */
export class TimeoutError extends ExportsError {
  override readonly name = 'TimeoutError';

  constructor(message: string, options: { cause?: unknown } = {}) {
    super('timeout', message, options);
  }
}
