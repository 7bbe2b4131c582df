import type { CropMode, Kind } from '@outcrop/contract';

import type { Polygons } from '../area/polygons.ts';
import type { ItemChoices } from './item-choices.ts';

/** A layer or table of the site: `l3`, `t7`. */
export type ItemKey = `${'l' | 't'}${number}`;

/** How the area is set. */
export type AreaMode = 'all' | 'named' | 'draw' | 'box' | 'file';

/** The area of an export as it is being set; it may still be empty. */
export type Area =
  | { readonly mode: 'all' }
  | { readonly mode: 'named'; readonly layerId: number | null; readonly featureIds: readonly number[] }
  | { readonly mode: 'draw' | 'box' | 'file'; readonly polygons: Polygons };

/** An export that is being put together. Plain data: it is the page's address too. */
export interface Draft {
  readonly items: readonly ItemKey[];
  readonly area: Area;
  /** `EPSG:n`; null for the one that the page proposes. */
  readonly crs: string | null;
  /** Mimetypes; a kind that is not here takes the one that the page proposes. */
  readonly formats: Readonly<Partial<Record<Kind, string>>>;
  readonly name: string;
  readonly cropMode: CropMode;
  /** Fields to keep; an item that is not here keeps all. */
  readonly fields: Readonly<Record<ItemKey, readonly string[]>>;
  /** Options of items, also those that mean nothing in the format chosen now: it may be changed back. */
  readonly choices: Readonly<Record<ItemKey, ItemChoices>>;
  /** Whether the tiles of a raster become one file. */
  readonly mosaic: boolean;
}

/** Nothing chosen yet. */
export const emptyDraft: Draft = {
  items: [],
  area: { mode: 'all' },
  crs: null,
  formats: {},
  name: '',
  cropMode: 'clip',
  fields: {},
  choices: {},
  mosaic: false,
};

/** What can be done to a draft. */
export type DraftAction =
  | { readonly type: 'replace'; readonly draft: Draft }
  | { readonly type: 'add' | 'remove'; readonly item: ItemKey }
  | { readonly type: 'area'; readonly area: Area }
  | { readonly type: 'crs'; readonly crs: string | null }
  | { readonly type: 'format'; readonly kind: Kind; readonly mimetype: string }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'cropMode'; readonly cropMode: CropMode }
  | { readonly type: 'fields'; readonly item: ItemKey; readonly fields: readonly string[] | null }
  | { readonly type: 'choices'; readonly item: ItemKey; readonly choices: ItemChoices }
  | { readonly type: 'mosaic'; readonly mosaic: boolean };

/** The draft after an action. Nothing resets what the action is not about. */
export function changeDraft(draft: Draft, action: DraftAction): Draft {
  switch (action.type) {
    case 'replace':
      return action.draft;
    case 'add':
      return draft.items.includes(action.item) ? draft : { ...draft, items: [...draft.items, action.item] };
    case 'remove':
      return { ...draft, items: draft.items.filter((item) => item !== action.item) };
    case 'area':
      return { ...draft, area: action.area };
    case 'crs':
      return { ...draft, crs: action.crs };
    case 'format':
      return { ...draft, formats: { ...draft.formats, [action.kind]: action.mimetype } };
    case 'name':
      return { ...draft, name: action.name };
    case 'cropMode':
      return { ...draft, cropMode: action.cropMode };
    case 'fields': {
      const { [action.item]: _, ...others } = draft.fields;
      return {
        ...draft,
        fields: action.fields === null ? others : { ...others, [action.item]: action.fields },
      };
    }
    case 'choices':
      return { ...draft, choices: withChoices(draft, action) };
    case 'mosaic':
      return { ...draft, mosaic: action.mosaic };
  }
}

/** The choices of all items; those of one that has none any more are not kept as nothing. */
function withChoices(
  draft: Draft,
  { item, choices }: { readonly item: ItemKey; readonly choices: ItemChoices },
): Draft['choices'] {
  const { [item]: before, ...others } = draft.choices;
  const kept = Object.entries({ ...before, ...choices }).filter(([, value]) => value !== undefined);
  return kept.length === 0 ? others : { ...others, [item]: Object.fromEntries(kept) };
}

/** Whether an area was chosen and set. */
export function hasArea(area: Area): boolean {
  if (area.mode === 'all') return true;
  return area.mode === 'named' ? area.featureIds.length > 0 : area.polygons.length > 0;
}
