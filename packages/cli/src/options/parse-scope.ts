import { type Scope, scopes, type TokenScope, tokenScopes } from '@outcrop/contract';
import { InvalidArgumentError } from 'commander';

/** Reads one `--scope` of the Exports API and adds it to those read before. */
export function parseScope(text: string, previous: readonly Scope[] = []): readonly Scope[] {
  return addScope(text, scopes, previous);
}

/** Reads one `--scope` of a token, which may be `admin` too, and adds it to those read before. */
export function parseTokenScope(text: string, previous: readonly TokenScope[] = []): readonly TokenScope[] {
  return addScope(text, tokenScopes, previous);
}

function addScope<T extends string>(text: string, known: readonly T[], previous: readonly T[]): readonly T[] {
  const scope = known.find((one) => one === text);
  if (scope === undefined) throw new InvalidArgumentError(`The scopes are ${known.join(', ')}.`);
  return previous.includes(scope) ? previous : [...previous, scope];
}
