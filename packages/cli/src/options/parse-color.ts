import { InvalidArgumentError } from 'commander';

/** Reads a colour, `#rrggbb`. */
export function parseColor(text: string): string {
  if (/^#[0-9A-Fa-f]{6}$/.test(text)) return text;
  throw new InvalidArgumentError(
    'Write a colour such as "#003399", in quotes: # begins a comment in a shell.',
  );
}
