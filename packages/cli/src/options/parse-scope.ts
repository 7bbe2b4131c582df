import { type Scope, scopes } from '@outcrop/contract';
import { InvalidArgumentError } from 'commander';

/** Reads one `--scope` and adds it to those read before. */
export function parseScope(text: string, previous: readonly Scope[] = []): readonly Scope[] {
  const scope = scopes.find((known) => known === text);
  if (scope === undefined) throw new InvalidArgumentError(`The scopes are ${scopes.join(', ')}.`);
  return previous.includes(scope) ? previous : [...previous, scope];
}
