import { InvalidArgumentError } from 'commander';

/** Reads a mail address, as far as a text can tell that it is one; the site looks again. */
export function parseEmail(text: string): string {
  if (/^[^\s@,;<>]+@[^\s@,;<>]+$/.test(text)) return text;
  throw new InvalidArgumentError('A mail address looks like ana@example.org.');
}
