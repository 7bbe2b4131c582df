import type { Export, Layer } from '@outcrop/client';
import { useQuery } from '@tanstack/react-query';
import { createContext, type Dispatch, use, useMemo } from 'react';

import { inspectRegion, type RegionInspection } from '../api/extensions.ts';
import { type Check, useCheck } from '../check/use-check.ts';
import { useCatalogue } from '../catalogue/use-catalogue.ts';
import { useLayers } from '../queries.ts';
import { words } from '../words/en.ts';
import { type Draft, type DraftAction, hasArea, type ItemKey } from './draft.ts';
import { proposalsOf } from './proposals.ts';
import { cropFeatureUrl, extentOf, type Extent, type Proposals, toExport } from './to-export.ts';
import { useDraft } from './use-draft.ts';

/** All that the parts of the form share. */
export interface NewExport {
  readonly draft: Draft;
  readonly dispatch: Dispatch<DraftAction>;
  /** Parts of the address that were not understood. */
  readonly dropped: readonly string[];
  /** The chosen layers, in the draft's order; undefined while they load. */
  readonly layers: readonly (Layer | undefined)[];
  /** What is chosen but not there: its link is old, or it may not be seen. */
  readonly missing: readonly ItemKey[];
  /** The title of a chosen item, or what it can be called until that is known. */
  readonly titleOf: (item: ItemKey) => string;
  readonly proposals: Proposals;
  /** Undefined while several areas are joined. */
  readonly extent: Extent | undefined;
  /** How several named areas were joined; null where that was not needed. */
  readonly joined: RegionInspection | null;
  readonly joinError: unknown;
  /** The request; null while it is not complete. */
  readonly wanted: Export | null;
  readonly check: Check;
}

/** The draft, what follows from it, and what the site says of it. */
export function useNewExportState(): NewExport {
  const { draft, dispatch, dropped } = useDraft();
  const { layers, missing } = useLayers(draft.items);
  const entries = useCatalogue().data?.entries;
  const titleOf = (item: ItemKey): string =>
    layers[draft.items.indexOf(item)]?.title ??
    entries?.find(({ key }) => key === item)?.title ??
    words.data.untitled(item.startsWith('t') ? 'table' : 'layer', item.slice(1));
  const join = useJoinedArea(draft);
  const isKnown = layers.every((layer) => layer !== undefined);
  const proposals = useMemo(() => proposalsOf(draft, layers), [draft, layers]);
  const single = useMemo(() => extentOf(draft), [draft]);
  const extent = join.isNeeded ? join.extent : single;
  const isReady = isKnown && draft.items.length > 0 && hasArea(draft.area) && extent !== undefined;
  const wanted = useMemo(
    () => (isReady ? toExport(draft, proposals, extent) : null),
    [isReady, draft, proposals, extent],
  );
  const check = useCheck(wanted);
  return {
    draft,
    dispatch,
    dropped,
    layers,
    missing,
    titleOf,
    proposals,
    extent,
    wanted,
    check,
    joined: join.inspection,
    joinError: join.error,
  };
}

/** Several named areas become one geometry, which the site makes: it has them whole. */
function useJoinedArea({ area }: Draft): {
  isNeeded: boolean;
  extent: Extent | undefined;
  inspection: RegionInspection | null;
  error: unknown;
} {
  const isNeeded = area.mode === 'named' && area.layerId !== null && area.featureIds.length > 1;
  const urls =
    area.mode === 'named' && area.layerId !== null
      ? area.featureIds.map((featureId) => cropFeatureUrl(area.layerId ?? 0, featureId))
      : [];
  const { data, error } = useQuery({
    queryKey: ['joined', urls],
    enabled: isNeeded,
    queryFn: ({ signal }) => inspectRegion(urls, signal),
    staleTime: Infinity,
  });
  return {
    isNeeded,
    extent: data?.geometry ?? undefined,
    inspection: isNeeded ? (data ?? null) : null,
    error,
  };
}

/** Hands the form's state to its parts. */
export const NewExportContext: React.Context<NewExport | null> = createContext<NewExport | null>(null);

/** The form's state, for its parts. */
export function useNewExport(): NewExport {
  const state = use(NewExportContext);
  if (state === null) throw new Error('only parts of the form have its state');
  return state;
}

/** Hands the form's dispatch to parts that need nothing else of it, so that they are not drawn again at every change. */
export const DispatchContext: React.Context<Dispatch<DraftAction>> = createContext<Dispatch<DraftAction>>(
  () => {
    throw new Error('only parts of the form change it');
  },
);

/** Changes the draft. */
export function useDispatch(): Dispatch<DraftAction> {
  return use(DispatchContext);
}
