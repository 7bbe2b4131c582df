import { InvalidArgumentError } from 'commander';

/** Adds the value of an option that can be repeated to those before. */
export function addText(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

/** Adds a number of a token or an export to those before. */
export function addId(text: string, previous: readonly number[] = []): readonly number[] {
  return [...previous, parseId(text)];
}

/** The number of a token or an export. */
export function parseId(text: string): number {
  const id = Number(text);
  if (!/^\d{1,10}$/.test(text) || id > 2_147_483_647) {
    throw new InvalidArgumentError('Give its number, such as 7.');
  }
  return id;
}
