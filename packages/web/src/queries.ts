import type { CropFeature, CropLayer, Export, Layer } from '@outcrop/client';
import { isExportsError } from '@outcrop/client';
import {
  QueryClient,
  useInfiniteQuery,
  type UseInfiniteQueryResult,
  type InfiniteData,
  useQueries,
  useQuery,
  type UseQueryResult,
} from '@tanstack/react-query';

import { siteClient } from './api/client.ts';
import { isConnectionProblem } from './api/page-error.ts';
import type { ItemKey } from './request/draft.ts';

/** What the page knows of the site. The client repeats what is safe to repeat, so nothing is repeated here. */
export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: false, staleTime: 60_000, refetchOnWindowFocus: false, networkMode: 'always' },
  },
});

const layerQuery = (key: ItemKey) => ({
  queryKey: ['layer', key],
  queryFn: ({ signal }: { signal: AbortSignal }): Promise<Layer> => {
    const { layers, tables } = siteClient();
    return (key.startsWith('t') ? tables : layers).get(Number(key.slice(1)), { signal });
  },
  staleTime: 5 * 60_000,
});

/** Layers and tables in full, in the order of the keys; undefined where one is not known yet. `missing` are those that the site does not have. */
export function useLayers(keys: readonly ItemKey[]): {
  readonly layers: (Layer | undefined)[];
  readonly missing: ItemKey[];
} {
  const results = useQueries({ queries: keys.map(layerQuery) });
  return {
    layers: results.map(({ data }) => data),
    missing: keys.filter((_, at) => isExportsError(results[at]?.error, 'not-found')),
  };
}

/** The layers whose features can be an area. */
export function useCropLayers(isWanted: boolean): UseQueryResult<CropLayer[]> {
  return useQuery({
    queryKey: ['crop-layers'],
    queryFn: ({ signal }) => siteClient().exports.cropLayers.list({ signal }).pageSize(100).toArray(),
    enabled: isWanted,
  });
}

/** The features of one, by name. */
export function useCropFeatures(layerId: number | null): UseQueryResult<CropFeature[]> {
  return useQuery({
    queryKey: ['crop-features', layerId],
    queryFn: async ({ signal }) => {
      const layer = await siteClient().exports.cropLayers.get(layerId ?? 0, { signal });
      return layer.listFeatures({ signal }).pageSize(100).toArray();
    },
    enabled: layerId !== null,
    staleTime: Infinity,
  });
}

/** How often a running export is looked at: soon at first, then less and less, and never while the tab is hidden. */
function pauseOf(looks: number): number {
  return looks < 10 ? 700 : looks < 40 ? 1500 : 4000;
}

/** When to look at an export that is over: when it is gone, and sooner where that is far, as somebody may change it; else never. */
function untilExpiry({ state, expiresAt }: Export): number | false {
  if (state !== 'complete' || expiresAt === null) return false;
  return Math.min(Math.max(expiresAt.getTime() - Date.now(), 0) + 1000, 3_600_000);
}

/** One export, looked at until it is over. */
export function useExport(exportId: number): UseQueryResult<Export> {
  return useQuery({
    queryKey: ['export', exportId],
    queryFn: ({ signal }) => siteClient().exports.get(exportId, { signal }),
    staleTime: 0,
    // A class instance is not merged with the one before.
    structuralSharing: false,
    refetchInterval: ({ state }) =>
      state.data?.isTerminal === true
        ? untilExpiry(state.data)
        : state.data === undefined && state.error !== null && !isConnectionProblem(state.error)
          ? false
          : pauseOf(state.dataUpdateCount),
  });
}

/** A page of my exports. */
export interface ExportPage {
  readonly items: readonly Export[];
  readonly total: number | null;
  readonly page: number;
}

const exportsOnPage = 20;

/** My exports, newest first, page after page. */
export function useExports(): UseInfiniteQueryResult<InfiniteData<ExportPage>> {
  return useInfiniteQuery({
    queryKey: ['exports'],
    initialPageParam: 1,
    staleTime: 0,
    structuralSharing: false,
    queryFn: async ({ signal, pageParam }): Promise<ExportPage> => {
      let page = 0;
      const list = siteClient().exports.list({ signal }).expand('list').pageSize(exportsOnPage);
      for await (const found of list.pages()) {
        page += 1;
        if (page === pageParam) return { items: found.items, total: found.total, page };
      }
      return { items: [], total: null, page: pageParam };
    },
    getNextPageParam: ({ total, page }) => (total !== null && page * exportsOnPage < total ? page + 1 : null),
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(({ isTerminal }) => !isTerminal)) === true
        ? 3000
        : false,
  });
}
