/** Where a command writes. */
export interface Terminal {
  /** A line of the result, to standard output. */
  print(line: string): void;
  /** A line about the work, to standard error. */
  note(line: string): void;
  /** The stream for progress bars; null where no person is watching, and plain lines are better. */
  readonly barStream: NodeJS.WritableStream | null;
}
