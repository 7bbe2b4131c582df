import { findFormat, formatLabel, type Kind, type Reason } from '@outcrop/contract';

import { fieldLimit } from '../formats/field-limits.ts';
import { inMegabytes } from '../formats/format-limit.ts';
import { findRecipe } from '../gdal-formats/ogr-recipes.ts';

/** What an item will come to. */
export interface ItemSize {
  readonly title: string;
  readonly kind: Kind;
  readonly mimetype: string;
  /** Uncompressed bytes, by the estimate. */
  readonly bytes: number;
  readonly rows: number;
  readonly fields: number;
}

/** Why an item is too large for its format (wire contract, section 14); none where it is not. */
export function formatLimitProblems({ title, kind, mimetype, ...size }: ItemSize): Reason[] {
  const format = findFormat(mimetype);
  if (format === undefined) return [];
  const label = formatLabel(format, kind);
  const { maxRows, maxFields = fieldLimit(mimetype) } = findRecipe(mimetype) ?? {};
  const remedy = 'Choose a smaller area, fewer fields or another format.';
  const limits: readonly [value: number, limit: number | undefined, words: (n: number) => string][] = [
    [size.bytes, format.maxBytes, inMegabytes],
    [size.rows, maxRows, (n) => `${n.toLocaleString('en')} rows`],
    [size.fields, maxFields, (n) => `${n.toLocaleString('en')} fields`],
  ];
  return limits.flatMap(([value, limit, words]): Reason[] => {
    if (limit === undefined || value <= limit) return [];
    const detail = `${title} would have about ${words(value)} as ${label}, which holds at most ${words(limit)}. ${remedy}`;
    return [{ code: 'too-large-for-format', detail, limit, value }];
  });
}
