import { CommanderError } from 'commander';

import type { CommandContext } from './command-context.ts';
import { exitCodes } from './command-failure.ts';
import { describeFailure } from './output/describe-failure.ts';
import { safeTerminal } from './output/terminal.ts';
import { createProgram } from './program.ts';

/**
 * Runs the command with arguments (without the program's own name) and returns the exit code: 0 for success, 1 for
 * failure, 2 for a call that cannot work as written, 130 after Ctrl-C.
 */
export async function runCommand(commandLine: readonly string[], given: CommandContext): Promise<number> {
  const terminal = safeTerminal(given.terminal);
  const context = { ...given, terminal };
  try {
    await createProgram(context).parseAsync(commandLine, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has said what is wrong with the arguments already; help and version are no failures.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
    const signal = context.interruption();
    if (signal.aborted && error === signal.reason) {
      terminal.note('outcrop: cancelled');
      return exitCodes.interrupted;
    }
    const { lines, exitCode } = await describeFailure(error);
    for (const [number, line] of lines.entries()) terminal.note(number === 0 ? `outcrop: ${line}` : line);
    return exitCode;
  }
}
