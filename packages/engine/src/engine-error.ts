import type { FailureCode } from '@outcrop/contract';

/** A program that failed, for whoever looks into it. */
export interface ProgramFailure {
  readonly command: string;
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  /** The end of what it wrote to stderr. */
  readonly stderrTail: string;
}

/** What the engine throws when it cannot do what it was asked, in words that name the thing and the remedy. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: FailureCode;
  /** Whether the same work may succeed when it is simply tried again. */
  readonly retryable: boolean;
  /** The program it was, where one failed. */
  readonly program: ProgramFailure | null;

  constructor(
    code: FailureCode,
    detail: string,
    options: { retryable?: boolean; cause?: unknown; program?: ProgramFailure } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.program = options.program ?? null;
  }
}

/** The same error, saying which item it was: an export of many is of no use to whoever has to guess. */
export function nameItem(error: unknown, title: string): unknown {
  if (!(error instanceof EngineError) || error.code === 'internal' || error.message.includes(title))
    return error;
  const { code, message, retryable, program } = error;
  const options = { retryable, cause: error, ...(program === null ? {} : { program }) };
  return new EngineError(code, `${title}: ${message}`, options);
}
