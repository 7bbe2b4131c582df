import type { Export } from '@outcrop/client';
import { cropModes } from '@outcrop/contract';

import { joinAcross, unwrapRing } from '../area/antimeridian.ts';
import { polygonsOf } from '../area/polygons.ts';
import { type Area, type Draft, emptyDraft } from './draft.ts';
import { optionNames, pickChoices } from './item-choices.ts';
import { itemKeyOf } from './to-export.ts';

/** An export that was made, as a draft to make again or to change. */
export function draftOf(made: Export, options: { readonly withName?: boolean } = {}): Draft {
  const keys = made.items.flatMap(({ item }) => itemKeyOf(item) ?? []);
  const fields = made.items.flatMap(({ item, fields: kept }) => {
    const key = itemKeyOf(item);
    return key === null || kept === undefined ? [] : [[key, kept] as const];
  });
  const choices = made.items.flatMap((item) => {
    const key = itemKeyOf(item.item);
    const picked = pickChoices(item, optionNames);
    return key === null || Object.keys(picked).length === 0 ? [] : [[key, picked] as const];
  });
  return {
    ...emptyDraft,
    items: [...new Set(keys)],
    area: areaOf(made),
    crs: made.crs,
    formats: made.formats,
    name: options.withName === true ? (made.name ?? '') : '',
    cropMode: cropModes.find((mode) => mode === made.options.cropMode) ?? 'clip',
    fields: Object.fromEntries(fields),
    choices: Object.fromEntries(choices),
    mosaic: made.options.mosaic === true,
  };
}

function areaOf({ extent }: Export): Area {
  if (extent === null) return { mode: 'all' };
  const url =
    typeof extent === 'string'
      ? extent
      : extent instanceof URL || 'url' in extent
        ? String('url' in extent ? extent.url : extent)
        : null;
  if (url !== null) {
    const match = /croplayers\/(\d+)\/cropfeatures\/(\d+)/.exec(url);
    return match === null
      ? { mode: 'all' }
      : { mode: 'named', layerId: Number(match[1]), featureIds: [Number(match[2])] };
  }
  if (typeof extent !== 'object' || !('coordinates' in extent)) return { mode: 'all' };
  const polygons = joinAcross(polygonsOf(extent)).map((polygon) => polygon.map(unwrapRing));
  return { mode: 'draw', polygons };
}
