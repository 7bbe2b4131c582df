import type { Terminal } from './terminal.ts';

/** Prints the result of a command for scripts. */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.print(JSON.stringify(value, null, 2));
}
