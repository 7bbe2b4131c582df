import type { Layer } from '@outcrop/client';
import { findFormat, isSpatial, type Kind } from '@outcrop/contract';

import type { Draft, ItemKey } from './draft.ts';
import { isTiled, type ItemChoices, offeredOptions, pickChoices } from './item-choices.ts';
import type { Proposals } from './to-export.ts';

/** What most people want of a kind, where the site can write it. */
const preferred: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  vector: ['application/x-ogc-gpkg', 'application/x-zipped-shp'],
  table: ['text/csv'],
  raster: ['image/tiff;subtype=geotiff', 'image/jpeg'],
  grid: ['image/tiff;subtype=geotiff', 'application/x-ogc-aaigrid'],
  rat: ['image/tiff;subtype=geotiff'],
};

/** A format that a kind of the draft can be had in. */
export interface FormatChoice {
  readonly mimetype: string;
  readonly label: string;
}

/** The kinds among some layers, in the order in which they come. */
export function kindsOf(layers: readonly (Layer | undefined)[]): Kind[] {
  return [...new Set(layers.flatMap((layer) => (layer === undefined ? [] : [layer.kind as Kind])))];
}

/** The formats that every layer of a kind can be had in. */
export function formatChoices(layers: readonly (Layer | undefined)[], kind: Kind): FormatChoice[] {
  const lists = layers.flatMap((layer) =>
    layer === undefined || layer.kind !== kind || layer.data.exportFormats.length === 0
      ? []
      : [layer.data.exportFormats],
  );
  const [first, ...others] = lists;
  return (first ?? [])
    .filter(({ mimetype }) => others.every((list) => list.some((one) => one.mimetype === mimetype)))
    .map(({ mimetype, name }) => ({ mimetype, label: name }));
}

/** The formats, the CRS and the options of a draft: what was chosen, else what fits best. */
export function proposalsOf(draft: Draft, layers: readonly (Layer | undefined)[]): Proposals {
  const formats: Partial<Record<Kind, string>> = {};
  for (const kind of kindsOf(layers)) {
    const choices = formatChoices(layers, kind);
    const best = preferred[kind]?.find((mimetype) => choices.some((choice) => choice.mimetype === mimetype));
    const mimetype = draft.formats[kind] ?? best ?? choices[0]?.mimetype;
    if (mimetype !== undefined) formats[kind] = mimetype;
  }
  return {
    crs: draft.crs ?? proposedCrs(layers, formats),
    formats,
    choices: meaningfulChoices(draft, layers, formats),
    mosaic: draft.mosaic && layers.some(isTiled),
  };
}

/** The choices that mean something in the formats that the items will have. */
function meaningfulChoices(
  draft: Draft,
  layers: readonly (Layer | undefined)[],
  formats: Proposals['formats'],
): Proposals['choices'] {
  const entries = draft.items.flatMap((key, at): [ItemKey, ItemChoices][] => {
    const [layer, chosen] = [layers[at], draft.choices[key]];
    if (layer === undefined || chosen === undefined) return [];
    return [[key, pickChoices(chosen, offeredOptions(layer, formats[layer.kind as Kind] ?? ''))]];
  });
  return Object.fromEntries(entries);
}

/** The data's own CRS, so that nothing is changed without need; none where only tables are chosen. */
function proposedCrs(layers: readonly (Layer | undefined)[], formats: Proposals['formats']): string | null {
  const spatial = layers.filter(
    (layer): layer is Layer => layer !== undefined && isSpatial(layer.kind as Kind),
  );
  if (spatial.length === 0) return null;
  const fixed = spatial.map(({ kind }) => findFormat(formats[kind as Kind] ?? '')?.fixedCrs);
  // All of an export is in one system, so a format that knows only one decides for all.
  const only = fixed.find((crs) => crs !== undefined);
  if (only !== undefined) return only;
  return spatial.find(({ data }) => data.crs !== null)?.data.crs ?? 'EPSG:4326';
}
