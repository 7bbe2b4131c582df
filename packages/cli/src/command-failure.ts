/** Exit codes of the command: 0 is success only. */
export const exitCodes = { failure: 1, usage: 2, interrupted: 130 } as const;

/** A command that did not succeed, in lines for the person who called it. */
export class CommandFailure extends Error {
  readonly lines: readonly string[];
  readonly exitCode: number;

  constructor(lines: readonly string[], options: { exitCode?: number; cause?: unknown } = {}) {
    super(lines.join('\n'), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CommandFailure';
    this.lines = lines;
    this.exitCode = options.exitCode ?? exitCodes.failure;
  }
}

/** A call that cannot work as it was written. */
export function usageFailure(line: string): CommandFailure {
  return new CommandFailure([line], { exitCode: exitCodes.usage });
}
