import { type ReactNode, useSyncExternalStore } from 'react';

import type { Polygons } from '../area/polygons.ts';
import { words } from '../words/en.ts';
import type { MapModel } from './map-model.ts';
import { sketch } from './sketch.ts';

const step = 120;

/** Moving and zooming without dragging, and without a wheel. */
export function MapTools({
  model,
  polygons,
}: {
  readonly model: MapModel;
  readonly polygons: Polygons;
}): ReactNode {
  const { kind } = useSyncExternalStore(sketch.subscribe, sketch.read);
  const button = (name: string, sign: string, act: () => void): ReactNode => (
    <button type="button" className="map-button" aria-label={name} title={name} onClick={act}>
      <span aria-hidden="true">{sign}</span>
    </button>
  );
  return (
    <div className="map-tools">
      <div className="map-buttons">
        {button(words.map.zoomOut, '−', () => model.zoom(-1))}
        {button(words.map.up, '↑', () => model.pan(0, step))}
        {button(words.map.zoomIn, '+', () => model.zoom(1))}
        {button(words.map.left, '←', () => model.pan(-step, 0))}
        {button(words.map.down, '↓', () => model.pan(0, -step))}
        {button(words.map.right, '→', () => model.pan(step, 0))}
      </div>
      {polygons.length > 0 && kind === null && (
        <button type="button" className="button button-small" onClick={() => model.fit(polygons)}>
          {words.map.fit}
        </button>
      )}
      <button
        type="button"
        className="button button-small"
        onClick={() => model.fitBox([-170, -58, 170, 78], true)}
      >
        {words.map.whole}
      </button>
    </div>
  );
}

/** While something is drawn: what to do next, and how to go on without the keyboard. */
export function DrawBar({ model }: { readonly model: MapModel }): ReactNode {
  const { kind, corners } = useSyncExternalStore(sketch.subscribe, sketch.read);
  if (kind === null) return null;
  const addCorner = (): void => {
    const centre = model.centre();
    if (centre !== null) sketch.addCorner(centre);
  };
  return (
    <>
      <div className="map-cross" aria-hidden="true">
        +
      </div>
      <div className="map-draw-bar" role="group" aria-label={words.area.drawing}>
        <p className="map-note">{words.area.drawHint[kind]}</p>
        <div className="button-row">
          <button type="button" className="button button-small" onClick={addCorner}>
            {words.map.addPoint}
          </button>
          {corners.length > 0 && (
            <button type="button" className="button button-small" onClick={() => sketch.undo()}>
              {words.area.undo}
            </button>
          )}
          {kind === 'polygon' && corners.length > 2 && (
            <button type="button" className="button button-small" onClick={() => sketch.finish()}>
              {words.area.done}
            </button>
          )}
          <button type="button" className="button button-small" onClick={() => sketch.cancel()}>
            {words.cancel}
          </button>
        </div>
      </div>
    </>
  );
}
