import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';

import { siteClient } from '../api/client.ts';
import { useNewExport } from '../request/use-new-export.ts';
import { joinAcross, unwrapRing } from './antimeridian.ts';
import { type Polygons, polygonsOf } from './polygons.ts';

/** The area as the map draws it: what was drawn, or the named features, each whole and across 180° where it is. */
export function useAreaPolygons(): Polygons {
  const { draft } = useNewExport();
  const { area } = draft;
  const layerId = area.mode === 'named' ? area.layerId : null;
  const featureIds = area.mode === 'named' ? area.featureIds : [];
  const shapes = useQueries({
    queries: featureIds.map((featureId) => ({
      queryKey: ['crop-feature', layerId, featureId],
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Polygons> => {
        const feature = await siteClient().exports.cropLayers.getFeature(layerId ?? 0, featureId, { signal });
        return feature.geometry === null
          ? []
          : joinAcross(polygonsOf(feature.geometry)).map((polygon) => polygon.map(unwrapRing));
      },
      staleTime: Infinity,
    })),
    combine: (results) => results.flatMap(({ data }) => data ?? []),
  });
  return useMemo(() => ('polygons' in area ? area.polygons : shapes), [area, shapes]);
}
