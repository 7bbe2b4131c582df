import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import type { ItemReference } from './export-fields.ts';

/** What an export's item is on the wire: the URL of a layer or table. */
export function itemUrl(item: ItemReference): string {
  const url = typeof item === 'string' || item instanceof URL ? String(item) : item.url;
  if (typeof url === 'string' && url !== '') return url;
  throw new InvalidArgumentError(
    'An item of an export is a layer, a table, or the URL of one; this one has no URL',
  );
}
