import { Export, type ExtentGeometry, type Formats } from '@outcrop/client';
import type { Kind } from '@outcrop/contract';

import { cutAtAntimeridian } from '../area/antimeridian.ts';
import { toGeometry } from '../area/polygons.ts';
import type { Draft, ItemKey } from './draft.ts';
import type { ItemChoices } from './item-choices.ts';
import { siteSettings } from '../site-settings.ts';

/** What the page has decided for a draft, where the person has not. */
export interface Proposals {
  readonly crs: string | null;
  readonly formats: Readonly<Partial<Record<Kind, string>>>;
  /** The options of items that mean something in those formats. */
  readonly choices: Readonly<Partial<Record<ItemKey, ItemChoices>>>;
  readonly mosaic: boolean;
}

/** The extent of a request: a geometry, the address of a crop feature, or null for everything. */
export type Extent = ExtentGeometry | string | null;

/** The address of an item. */
function itemUrl(key: ItemKey): string {
  return new URL(
    `services/api/v1/${key.startsWith('t') ? 'tables' : 'layers'}/${key.slice(1)}/`,
    siteSettings.root,
  ).href;
}

/** The item of an address; null where it is not one of this site. */
export function itemKeyOf(url: string): ItemKey | null {
  const match = /\/(layers|tables)\/(\d{1,10})\//.exec(url);
  return match === null ? null : `${match[1] === 'tables' ? 't' : 'l'}${Number(match[2])}`;
}

/** The address of a crop feature. */
export function cropFeatureUrl(layerId: number, featureId: number): string {
  const path = `services/api/v1/exports/croplayers/${layerId}/cropfeatures/${featureId}/`;
  return new URL(path, siteSettings.root).href;
}

/** The extent of a draft. Several named features become one geometry elsewhere, as the site has to read them. */
export function extentOf(draft: Draft): Extent {
  const { area } = draft;
  if (area.mode === 'all') return null;
  if (area.mode === 'named') {
    const [featureId] = area.featureIds;
    return area.layerId === null || featureId === undefined ? null : cropFeatureUrl(area.layerId, featureId);
  }
  return area.polygons.length === 0 ? null : toGeometry(cutAtAntimeridian(area.polygons));
}

/** A draft as the client's export, ready to be checked or created. */
export function toExport(draft: Draft, proposals: Proposals, extent: Extent): Export {
  const formats: Formats = { ...proposals.formats };
  const wanted = new Export({
    ...(draft.name.trim() === '' ? {} : { name: draft.name.trim() }),
    crs: proposals.crs,
    formats,
    extent,
    options: {
      ...(draft.cropMode === 'clip' || extent === null ? {} : { cropMode: draft.cropMode }),
      ...(proposals.mosaic ? { mosaic: true } : {}),
    },
  });
  for (const key of draft.items) {
    const fields = draft.fields[key];
    wanted.addItem(itemUrl(key), { ...(fields === undefined ? {} : { fields }), ...proposals.choices[key] });
  }
  return wanted;
}
