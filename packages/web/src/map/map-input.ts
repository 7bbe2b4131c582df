import type MapBrowserEvent from 'ol/MapBrowserEvent';

import type { LonLat } from '../area/polygons.ts';
import { dragCorners } from './drag-corners.ts';
import type { MapModel } from './map-model.ts';
import type { Sketch } from './sketch.ts';

/** What the map does with what people do on it. */
export interface MapInputHandlers {
  /** A corner of the area is dragged to a place. */
  readonly onCorner: (corner: number, place: LonLat) => void;
  /** A feature of the layer to pick areas from is clicked. */
  readonly onPick: (featureId: number) => void;
}

const panPixels = 90;
const finePixels = 15;
const closePixels = 14;

/** Listens to pointer, fingers and keys on the map, and only there; returns how to stop. */
export function listenToMap(model: MapModel, sketch: Sketch, handlers: () => MapInputHandlers): () => void {
  const { map } = model;
  const element = map.getTargetElement()!;
  let pointer: LonLat | null = null;
  const redraw = (): void => {
    const state = sketch.read();
    if (state.kind !== null) model.area.setSketch(state, pointer);
  };
  const stopDragging = dragCorners(model, sketch, handlers);
  const onClick = (event: MapBrowserEvent): void => {
    const place = model.placeOf(event.coordinate);
    if (place === null) return;
    if (sketch.read().kind === null) return pick(model, event, handlers());
    if (isOnFirst(model, sketch, event.pixel)) sketch.finish();
    else sketch.addCorner(place);
  };
  const onMove = (event: MapBrowserEvent): void => {
    if (event.dragging) return;
    pointer = model.placeOf(event.coordinate);
    redraw();
    const isOver = map.hasFeatureAtPixel(event.pixel, {
      layerFilter: (layer) => layer.get('isPickable') === true || layer === model.area.layers[1],
      hitTolerance: 4,
    });
    element.style.cursor = sketch.read().kind !== null ? 'crosshair' : isOver ? 'pointer' : '';
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.target !== element || !actOnKey(model, sketch, event)) return;
    event.preventDefault();
    pointer = model.centre();
    redraw();
  };
  // Two clicks of a double click are two corners in one place, which ends a polygon; the map must not zoom then.
  const onDouble = (event: MapBrowserEvent): void => {
    if (sketch.read().kind !== null) event.stopPropagation();
  };
  map.on('click', onClick);
  map.on('dblclick', onDouble);
  map.on('pointermove', onMove);
  element.addEventListener('keydown', onKey);
  const stopSketch = sketch.subscribe(redraw);
  return () => {
    stopDragging();
    map.un('click', onClick);
    map.un('dblclick', onDouble);
    map.un('pointermove', onMove);
    element.removeEventListener('keydown', onKey);
    stopSketch();
  };
}

/** What a key does; false where it does nothing here. */
function actOnKey(model: MapModel, sketch: Sketch, event: KeyboardEvent): boolean {
  const step = event.shiftKey ? finePixels : panPixels;
  const isDrawing = sketch.read().kind !== null;
  const moves: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => model.pan(-step, 0),
    ArrowRight: () => model.pan(step, 0),
    ArrowUp: () => model.pan(0, step),
    ArrowDown: () => model.pan(0, -step),
    '+': () => model.zoom(1),
    '=': () => model.zoom(1),
    '-': () => model.zoom(-1),
  };
  const drawing: Readonly<Record<string, () => void>> = {
    Enter: () => {
      const centre = model.centre();
      if (centre !== null) sketch.addCorner(centre);
    },
    Backspace: () => sketch.undo(),
    Escape: () => sketch.cancel(),
  };
  const act = moves[event.key] ?? (isDrawing ? drawing[event.key] : undefined);
  if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return false;
  act();
  return true;
}

function isOnFirst(model: MapModel, sketch: Sketch, [x = 0, y = 0]: readonly number[]): boolean {
  const { kind, corners } = sketch.read();
  const place = corners[0] === undefined ? null : model.plane.toPlane(corners[0]);
  if (kind !== 'polygon' || corners.length < 3 || place === null) return false;
  const [px = 0, py = 0] = model.map.getPixelFromCoordinate(place) ?? [];
  return Math.hypot(px - x, py - y) < closePixels;
}

function pick(model: MapModel, event: MapBrowserEvent, { onPick }: MapInputHandlers): void {
  const [feature] = model.map.getFeaturesAtPixel(event.pixel, {
    layerFilter: (layer) => layer.get('isPickable') === true,
    hitTolerance: 3,
  });
  const id = feature?.getId();
  if (id !== undefined) onPick(Number(id));
}
