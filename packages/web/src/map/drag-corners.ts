import type Feature from 'ol/Feature';
import PointerInteraction from 'ol/interaction/Pointer';

import type { LonLat } from '../area/polygons.ts';
import { nearTo } from './area-layer.ts';
import type { MapModel } from './map-model.ts';
import type { Sketch } from './sketch.ts';

/** What becomes of a corner that is dragged. */
export interface CornerHandlers {
  readonly onCorner: (corner: number, place: LonLat) => void;
}

/** Lets the corners of the area be dragged, by pointer and finger, while nothing is drawn; returns how to stop. */
export function dragCorners(model: MapModel, sketch: Sketch, handlers: () => CornerHandlers): () => void {
  const { map } = model;
  const element = map.getTargetElement()!;
  const drag = cornerDrag(model, sketch, handlers);
  map.addInteraction(drag);
  // A finger moves the page up and down over the map, but not when it is on a corner.
  const onTouch = (event: TouchEvent): void => {
    const [touch, another] = event.touches;
    const isCorner =
      touch !== undefined &&
      another === undefined &&
      cornerAt(model, sketch, map.getEventPixel(touch)) !== null;
    if (isCorner) event.preventDefault();
  };
  element.addEventListener('touchstart', onTouch, { passive: false });
  return () => {
    map.removeInteraction(drag);
    element.removeEventListener('touchstart', onTouch);
  };
}

/** The corner of the area that can be dragged at a pixel: its target is 28 pixels wide. */
function cornerAt(model: MapModel, sketch: Sketch, pixel: readonly number[]): number | null {
  if (sketch.read().kind !== null) return null;
  const [feature] = model.map.getFeaturesAtPixel([...pixel], {
    layerFilter: (layer) => layer === model.area.layers[1],
    hitTolerance: 8,
  });
  return feature === undefined ? null : model.area.handleOf(feature as Feature);
}

/** Drags a corner of the area. */
function cornerDrag(model: MapModel, sketch: Sketch, handlers: () => CornerHandlers): PointerInteraction {
  let corner: number | null = null;
  let start: LonLat | null = null;
  return new PointerInteraction({
    handleDownEvent: (event) => {
      corner = cornerAt(model, sketch, event.pixel);
      start = model.placeOf(event.coordinate);
      return corner !== null;
    },
    handleDragEvent: (event) => {
      const place = model.placeOf(event.coordinate);
      if (corner !== null && place !== null) handlers().onCorner(corner, nearTo(place, start ?? place));
    },
    handleUpEvent: () => {
      corner = null;
      return false;
    },
  });
}
