import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import { wireName } from './wire-name.ts';

/**
 * The address of the part of a list that meets conditions. The same name again means either (wire contract, section 3).
 *
 * @throws InvalidArgumentError for an attribute that is not among the names, and a value that the wire has no text for.
 */
export function addFilter(list: URL, conditions: object, names: readonly string[]): URL {
  const url = new URL(list);
  for (const [written, value] of Object.entries(conditions)) {
    if (value === undefined) continue;
    const name = wireName(written, names) ?? refuse('filtered', written, names);
    for (const one of [value].flat()) url.searchParams.append(name, wireText(written, one));
  }
  return url;
}

/**
 * The address of a list in an order.
 *
 * @throws InvalidArgumentError for an attribute that is not among the names.
 */
export function setOrder(list: URL, order: string, names: readonly string[]): URL {
  const written = order.replace(/^-/, '');
  const name = wireName(written, names) ?? refuse('ordered', written, names);
  const url = new URL(list);
  url.searchParams.set('sort', order.startsWith('-') ? `-${name}` : name);
  return url;
}

function refuse(purpose: 'filtered' | 'ordered', written: string, names: readonly string[]): never {
  const remedy = names.length === 0 ? 'it has no attributes for that' : `take one of ${names.join(', ')}`;
  throw new InvalidArgumentError(`The list cannot be ${purpose} by ${JSON.stringify(written)}; ${remedy}`);
}

function wireText(name: string, value: unknown): string {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  throw new InvalidArgumentError(
    `${String(value)} is no value to filter ${JSON.stringify(name)} by; give a text, a number, a boolean or a valid date`,
  );
}
