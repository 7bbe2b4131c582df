import type {
  WireCropFeature,
  WireDescribedExport,
  WireExpandedExport,
  WireExportDetail,
  WireLayer,
} from '@outcrop/contract';

import type { SiteLayer } from '../catalogue/site-layer.ts';
import type { ExportRecord } from '../exports/export-record.ts';
import type { AppParts, RequestContext } from './app-parts.ts';
import { renderCropFeature } from './render-crop-layer.ts';
import { renderCrs } from './render-crs.ts';
import { findItemLayer, renderExport } from './render-export.ts';
import { renderLayer } from './render-layer.ts';

/** What `Expand` may ask of an export: its layers, its crop feature and its system in place of their addresses. */
export const detailExpansions = ['items', 'extent', 'crs'];

/** What `Expand` may ask of a list of exports. */
export const listExpansions = ['list', ...detailExpansions.map((word) => `list.${word}`)];

/** Whether a list was asked for in full. */
export function isListExpanded(context: RequestContext): boolean {
  return readWords(context).some((word) => word === 'list' || word.startsWith('list.'));
}

/** The expansions of a detail that were asked for. Words that mean nothing are passed over (wire contract, section 16.2, trap 10). */
export function readExpansions(context: RequestContext, prefix: '' | 'list.' = ''): ReadonlySet<string> {
  return new Set(detailExpansions.filter((word) => readWords(context).includes(prefix + word)));
}

/** An export in full, with what was asked for in place of addresses. What is no longer there stays an address. */
export async function expandExport(
  parts: AppParts,
  context: RequestContext,
  { record, words }: { record: ExportRecord; words: ReadonlySet<string> },
): Promise<WireExportDetail | WireDescribedExport | WireExpandedExport> {
  const detail = renderExport(parts, context, record);
  if (words.size === 0) {
    return detail;
  }
  return {
    ...detail,
    ...(words.has('items') ? { items: await expandItems(parts, context, { record, detail }) } : {}),
    ...(words.has('extent') ? { extent: await expandExtent(parts, context, { record, detail }) } : {}),
    ...(words.has('crs') && typeof detail.crs === 'string'
      ? { crs: renderCrs(parts.site.engine, detail.crs, context.get('apiRoot')) ?? detail.crs }
      : {}),
  };
}

interface Rendered {
  readonly record: ExportRecord;
  readonly detail: WireExportDetail | WireDescribedExport;
}

function expandItems(
  { site }: AppParts,
  context: RequestContext,
  { record, detail }: Rendered,
): Promise<WireExpandedExport['items']> {
  const target = { root: context.get('apiRoot'), version: context.get('version') };
  // An export may name a layer many times, with other options each time.
  const rendered = new Map<SiteLayer, Promise<WireLayer>>();
  return Promise.all(
    detail.items.map(async (item, index) => {
      const submitted = record.request.items[index];
      const layer = submitted === undefined ? null : findItemLayer(site, submitted);
      if (layer === null) {
        return item;
      }
      const known = rendered.get(layer) ?? renderLayer(site, layer, target);
      rendered.set(layer, known);
      return { ...item, item: await known };
    }),
  );
}

async function expandExtent(
  { site }: AppParts,
  context: RequestContext,
  { record, detail }: Rendered,
): Promise<WireExpandedExport['extent']> {
  const reference = record.request.extent;
  const match =
    typeof reference === 'string' ? /croplayers\/(\d+)\/cropfeatures\/(\d+)\/?$/.exec(reference) : null;
  const layer = match === null ? undefined : site.cropLayers.find(({ id }) => id === Number(match[1]));
  const feature = layer === undefined ? null : await site.readCropFeature(layer, Number(match?.[2]));
  return layer === undefined || feature === null
    ? detail.extent
    : ({
        ...renderCropFeature(layer, feature, context.get('apiRoot')),
        geometry: feature.geometry,
      } satisfies WireCropFeature);
}

function readWords(context: RequestContext): string[] {
  return (context.req.header('Expand') ?? '').split(',').map((word) => word.trim());
}
