import { safeForTerminal } from './safe-for-terminal.ts';

/** Where a command writes. */
export interface Terminal {
  /** A line of the result, to standard output. */
  print(line: string): void;
  /** A line about the work, to standard error. */
  note(line: string): void;
  /** The stream for progress bars; null where no person is watching, and plain lines are better. */
  readonly barStream: NodeJS.WritableStream | null;
}

/** A terminal that shows what it is given, and obeys none of it. Progress bars are made safe where they are drawn. */
export function safeTerminal(terminal: Terminal): Terminal {
  return {
    ...terminal,
    print: (line) => terminal.print(safeForTerminal(line)),
    note: (line) => terminal.note(safeForTerminal(line)),
  };
}
