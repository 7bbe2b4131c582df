import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';

/**
 * The `Expand` header, where something is to be expanded.
 *
 * @throws InvalidArgumentError for a name that would end the header, or that is not a list of names.
 */
export function expandHeader(names: readonly string[] | undefined): { expand?: string } {
  if (names === undefined || names.length === 0) return {};
  if (!Array.isArray(names) || !names.every((name) => /^[a-z][\w.-]*$/i.test(name))) {
    throw new InvalidArgumentError(
      `${JSON.stringify(names)} cannot be expanded; give a list of names, such as ['items', 'user']`,
    );
  }
  return { expand: names.join(',') };
}
