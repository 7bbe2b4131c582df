import type { WireExportRequest, WireItem } from '@outcrop/contract';

import type { RequestOptions } from '../http/api-request.ts';
import type { Query } from '../query/query.ts';
import type { Export } from './export.ts';
import type { ExportFilters, ExportOrder } from './export-attributes.ts';

/** Which earlier exports will do. */
export interface ReuseOptions extends RequestOptions {
  /** Leaves out exports that are older, such as those from before the layer was updated. */
  readonly createdAfter?: Date | undefined;
  /**
   * How many of the latest exports are looked at.
   *
   * @defaultValue 100
   */
  readonly limit?: number | undefined;
}

/** The latest complete export of a list, newest first, that has the same request; asked again whether it is there. */
export async function findReusable(
  wanted: Export,
  exports: Query<Export, ExportFilters, ExportOrder>,
  { createdAfter, limit = 100, ...options }: ReuseOptions = {},
): Promise<Export | undefined> {
  const key = requestKey(wanted);
  const candidates = await exports.expand('list').pageSize(Math.min(limit, 100)).take(limit);
  for (const candidate of candidates) {
    if (candidate.state !== 'complete' || isOlder(candidate, createdAfter)) continue;
    // A site that does not know the expansion sends summaries, without the request.
    const hasRequest = candidate.items.length > 0;
    if (!hasRequest) await candidate.refresh(options);
    if (requestKey(candidate) !== key) continue;
    if (hasRequest) await candidate.refresh(options);
    if (candidate.state === 'complete') return candidate;
  }
  return undefined;
}

function isOlder({ createdAt }: Export, limit: Date | undefined): boolean {
  return limit !== undefined && (createdAt === null || createdAt < limit);
}

/** A text that two exports share exactly when they ask for the same, however it is written. */
function requestKey(wanted: Export): string {
  const { items, crs, formats, extent, options }: WireExportRequest = wanted.toRequest();
  return canonical({
    items: items.map(({ item, ...options_ }: WireItem) => ({ item: resourcePath(item), ...options_ })),
    crs: crs?.toUpperCase() ?? null,
    formats,
    extent: typeof extent === 'string' ? resourcePath(extent) : (extent ?? null),
    options: { crop_mode: 'clip', ...options },
  });
}

/** `layers/3` of an address in any of its forms: relative, absolute, of either version, with or without the slash. */
function resourcePath(address: string): string {
  return address.replace(/^.*\/services\/api\/v[^/]*\//, '').replaceAll(/^\/|\/$/g, '');
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
