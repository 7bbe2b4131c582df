import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';

import { type Preview, previewLayer, previewPicture } from '../api/extensions.ts';
import type { Box } from '../area/polygons.ts';
import type { Area } from '../request/draft.ts';
import { onColours } from '../parts/theme.ts';
import type { MapModel } from './map-model.ts';
import { FeatureLayer, pictureLayer } from './preview-layers.ts';
import type { ViewPlane } from './view-plane.ts';

interface LayerProps {
  readonly model: MapModel;
  readonly plane: ViewPlane;
}

/** A sample of a layer's features on the map. */
export function PreviewOnMap({
  model,
  plane,
  preview,
}: LayerProps & { readonly preview: Preview | null }): ReactNode {
  const layer = useFeatureLayer(model, { isPickable: false, zIndex: 20 });
  useEffect(() => layer.setFeatures(preview?.features ?? [], plane), [layer, preview, plane]);
  return null;
}

/** A raster on the map. */
export function PictureOnMap({ model, plane, id }: LayerProps & { readonly id: number }): ReactNode {
  const { data } = useQuery({
    queryKey: ['picture', `l${id}`],
    queryFn: () => previewPicture(id),
    staleTime: Infinity,
  });
  useEffect(() => {
    if (data === undefined) return undefined;
    const layer = pictureLayer(data.url, data.envelope, plane);
    layer.setZIndex(1);
    return model.addLayer(layer);
  }, [model, plane, data]);
  return null;
}

/** The areas that can be picked by a click. Those that are chosen are drawn over them, as the area. */
export function PickableAreas({
  model,
  plane,
  area,
  box,
}: LayerProps & {
  readonly box: Box | null | undefined;
  readonly area: Extract<Area, { mode: 'named' }> & { readonly layerId: number };
}): ReactNode {
  const { data } = useQuery({
    queryKey: ['pickable', area.layerId, box],
    enabled: box !== undefined,
    queryFn: ({ signal }) => previewLayer(area.layerId, { bbox: box ?? null, signal }),
    placeholderData: keepPreviousData,
    // Thousands of outlines are not compared with thousands of others.
    structuralSharing: false,
    staleTime: Infinity,
  });
  const layer = useFeatureLayer(model, { isPickable: true, zIndex: 30 });
  useEffect(() => layer.setFeatures(data?.features ?? [], plane), [layer, data, plane]);
  return null;
}

function useFeatureLayer(
  model: MapModel,
  { isPickable, zIndex }: { readonly isPickable: boolean; readonly zIndex: number },
): FeatureLayer {
  const [layer] = useState(() => new FeatureLayer({ isPickable }));
  useEffect(() => {
    layer.layer.setZIndex(zIndex);
    const paint = (): void => layer.setColours(model.colours);
    paint();
    const stopColours = onColours(() => requestAnimationFrame(paint));
    const remove = model.addLayer(layer.layer);
    return () => {
      stopColours();
      remove();
    };
  }, [layer, model, zIndex]);
  return layer;
}
