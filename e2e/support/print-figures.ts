/** Prints what a test has measured, for whoever runs it by hand. */
export function printFigures(text: string): void {
  process.stdout.write(`${text}\n`);
}
