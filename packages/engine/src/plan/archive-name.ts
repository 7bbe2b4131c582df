import { findFormat } from '@outcrop/contract';

import type { ExportRequest } from './request.ts';
import { slugify } from './slug.ts';

/**
 * The name of an archive, without `.zip` (wire contract, section 13): what the person wrote, with the site's prefix; else
 * made of the layer's title, or of the region and how many layers there are, and the formats' short codes, sorted.
 */
export function archiveName(request: ExportRequest, sitePrefix: string): string {
  if (request.name !== null && request.name.trim() !== '') {
    const slug = slugify(request.name);
    return slug.startsWith(`${sitePrefix}-`) ? slug : `${sitePrefix}-${slug}`;
  }
  const codes = request.items.map(
    ({ layer }) => findFormat(request.formats[layer.kind] ?? '')?.shortCode ?? '',
  );
  const formats = [...new Set(codes)].filter(Boolean).toSorted((a, b) => (a < b ? -1 : 1));
  const [only] = request.items;
  if (request.items.length === 1 && only !== undefined) {
    return [sitePrefix, slugify(only.layer.title), ...formats].join('-');
  }
  const region = request.region?.name == null ? [] : [slugify(request.region.name)];
  return [sitePrefix, ...region, `${request.items.length}layers`, ...formats].join('-');
}
