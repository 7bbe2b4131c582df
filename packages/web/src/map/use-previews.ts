import { keepPreviousData, useQueries } from '@tanstack/react-query';

import { type Preview, previewLayer } from '../api/extensions.ts';
import type { Box } from '../area/polygons.ts';
import { useMapPreviews } from '../catalogue/map-previews.ts';
import { useCatalogue } from '../catalogue/use-catalogue.ts';
import type { ItemKey } from '../request/draft.ts';
import { useNewExport } from '../request/use-new-export.ts';

/** A layer that the map shows. */
export interface ShownLayer {
  readonly key: ItemKey;
  readonly title: string;
  readonly isPicture: boolean;
  readonly preview: Preview | null;
}

/** More layers at once are a muddle. */
const mostShown = 5;

/** The chosen layers and those that somebody wants to look at, sampled for what the map shows. */
export function usePreviews(box: Box | null | undefined): ShownLayer[] {
  const { draft, extent } = useNewExport();
  const looked = useMapPreviews();
  const entries = useCatalogue().data?.entries;
  const keys = [...new Set([...draft.items, ...looked])]
    .filter((key) => key.startsWith('l'))
    .slice(0, mostShown);
  const shown = keys.flatMap((key) => {
    const entry = entries?.find((one) => one.key === key);
    return entry === undefined ? [] : [entry];
  });
  const region = extent === undefined ? null : extent;
  const results = useQueries({
    queries: shown.map(({ key, kind, id }) => ({
      queryKey: ['preview', key, box, draft.items.includes(key) ? region : null],
      enabled: kind === 'vector' && box !== undefined && extent !== undefined,
      placeholderData: keepPreviousData,
      structuralSharing: false,
      retry: 1,
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        previewLayer(id, { bbox: box ?? null, extent: draft.items.includes(key) ? region : null, signal }),
    })),
  });
  return shown.map(({ key, title, kind }, at) => ({
    key,
    title,
    isPicture: kind !== 'vector',
    preview: results[at]?.data ?? null,
  }));
}
