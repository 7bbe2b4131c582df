import type { Kind } from '@outcrop/contract';

import { isRecord } from '../is-record.ts';

/** Label by mimetype, by kind of data. */
export type FormatLabels = Readonly<Partial<Record<Kind, Readonly<Record<string, string>>>>>;

/** The formats that the body of an OPTIONS lists; null where it lists none. */
export function readFormats(body: unknown): FormatLabels | null {
  const children = at(body, ['actions', 'POST', 'formats', 'children']);
  if (!isRecord(children)) return null;
  return Object.fromEntries(Object.entries(children).map(([kind, field]) => [kind, readChoices(field)]));
}

function readChoices(field: unknown): Record<string, string> {
  const choices = at(field, ['choices']);
  if (!Array.isArray(choices)) return {};
  const entries = choices.filter(isRecord).map(({ value, display_name: label }) => [value, label ?? value]);
  return Object.fromEntries(entries) as Record<string, string>;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);
}
