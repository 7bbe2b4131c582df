/** Every reason a call of the SDK can fail for. The list is closed: a switch over it can be exhaustive. */
export const errorCodes = [
  'invalid-argument',
  'api',
  'invalid-response',
  'authentication',
  'permission',
  'not-found',
  'conflict',
  'validation',
  'rate-limited',
  'connection',
  'foreign-origin',
  'redirect',
  'timeout',
  'export-failed',
  'download',
] as const;

/** Why a call failed. */
export type ErrorCode = (typeof errorCodes)[number];

/** The base of everything the SDK throws, but for an abort, which rethrows `signal.reason`. */
export abstract class ExportsError extends Error {
  /** The name of the class, also where a bundler has shortened that. */
  abstract override readonly name: string;
  readonly code: ErrorCode;

  protected constructor(code: ErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}

/** Whether a caught value is an error of this SDK, and of the given code where one is given. */
export function isExportsError(error: unknown, code?: ErrorCode): error is ExportsError {
  return error instanceof ExportsError && (code === undefined || error.code === code);
}
