import { type ReactNode, useSyncExternalStore } from 'react';

import { sketch } from '../map/sketch.ts';
import { useNewExport } from '../request/use-new-export.ts';
import { words } from '../words/en.ts';
import { CornerTable } from './corner-table.tsx';
import { cornerCount, type Polygons } from './polygons.ts';

/** Drawing: what to draw, what to do next, and the corners as numbers. The map has the same tools. */
export function DrawArea({ polygons }: { readonly polygons: Polygons }): ReactNode {
  const { dispatch } = useNewExport();
  const { kind, corners } = useSyncExternalStore(sketch.subscribe, sketch.read);
  const hint = kind ?? (polygons.length > 0 ? 'edit' : 'idle');
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
      <p className="muted small">{words.area.drawHint[hint]}</p>
      {kind !== null && (
        <div className="button-row">
          <button type="button" className="button button-small" onClick={() => sketch.undo()}>
            {words.area.undo}
          </button>
          {kind === 'polygon' && corners.length > 2 && (
            <button type="button" className="button button-small" onClick={() => sketch.finish()}>
              {words.area.done}
            </button>
          )}
          <button type="button" className="button button-small" onClick={() => sketch.cancel()}>
            {words.cancel}
          </button>
        </div>
      )}
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
