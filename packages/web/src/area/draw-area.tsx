import { type ReactNode, useSyncExternalStore } from 'react';

import { sketch } from '../map/sketch.ts';
import { useNewExport } from '../request/use-new-export.ts';
import { words } from '../words/en.ts';
import { CornerTable } from './corner-table.tsx';
import { cornerCount, type Polygons } from './polygons.ts';

/** Drawing: what to draw, and the corners as numbers. What goes on while drawing is beside the map. */
export function DrawArea({ polygons }: { readonly polygons: Polygons }): ReactNode {
  const { dispatch } = useNewExport();
  const { kind } = useSyncExternalStore(sketch.subscribe, sketch.read);
  return (
    <div className="draw">
      <div className="button-row">
        <button
          type="button"
          className="button"
          aria-pressed={kind === 'box'}
          onClick={() => sketch.start('box')}
        >
          {words.area.drawBox}
        </button>
        <button
          type="button"
          className="button"
          aria-pressed={kind === 'polygon'}
          onClick={() => sketch.start('polygon')}
        >
          {words.area.drawPolygon}
        </button>
      </div>
      <p className="muted small">
        {kind === null ? words.area.drawHint[polygons.length > 0 ? 'edit' : 'idle'] : words.area.drawingOnMap}
      </p>
      {kind === null && polygons.length > 0 && (
        <>
          <button
            type="button"
            className="button button-quiet button-small"
            onClick={() => dispatch({ type: 'area', area: { mode: 'draw', polygons: [] } })}
          >
            {words.area.clear}
          </button>
          {cornerCount(polygons) <= 60 && <CornerTable polygons={polygons} />}
        </>
      )}
    </div>
  );
}
