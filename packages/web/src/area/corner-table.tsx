import type { ReactNode } from 'react';

import { useNewExport } from '../request/use-new-export.ts';
import { words } from '../words/en.ts';
import { type LonLat, type Polygons, type Ring } from './polygons.ts';

/** The corners of a drawn area as numbers that can be changed: drawing without a pointer, and exactly. */
export function CornerTable({ polygons }: { readonly polygons: Polygons }): ReactNode {
  const { draft, dispatch } = useNewExport();
  const ring = polygons[0]?.[0] ?? [];
  if (polygons.length !== 1 || polygons[0]?.length !== 1) return null;
  const corners = ring.slice(0, -1);
  const set = (next: readonly LonLat[]): void => {
    if (draft.area.mode === 'all' || draft.area.mode === 'named' || next.length < 3) return;
    const closed: Ring = [...next, next[0]!];
    dispatch({ type: 'area', area: { mode: draft.area.mode, polygons: [[closed]] } });
  };
  const change = (at: number, axis: 0 | 1, value: number): void => {
    if (!Number.isFinite(value) || (axis === 1 && Math.abs(value) > 90)) return;
    set(
      corners.map((corner, one) =>
        one !== at ? corner : axis === 0 ? [value, corner[1]] : [corner[0], value],
      ),
    );
  };
  const add = (): void => {
    const [last, first] = [corners.at(-1)!, corners[0]!];
    set([...corners, [(last[0] + first[0]) / 2, (last[1] + first[1]) / 2]]);
  };
  return (
    <details className="corners">
      <summary>{words.area.corners(corners.length)}</summary>
      <ol>
        {corners.map((corner, at) => (
          <li key={at}>
            {([0, 1] as const).map((axis) => (
              <input
                key={axis}
                type="number"
                step="any"
                aria-label={`${words.area.corner(at + 1)}, ${axis === 0 ? words.area.longitude : words.area.latitude}`}
                value={Number(corner[axis].toFixed(6))}
                onChange={(event) => change(at, axis, event.target.valueAsNumber)}
              />
            ))}
            <button
              type="button"
              className="button button-quiet button-small"
              aria-label={words.area.removeCorner(at + 1)}
              disabled={corners.length < 4}
              onClick={() => set(corners.filter((_, one) => one !== at))}
            >
              <span aria-hidden="true">×</span>
            </button>
          </li>
        ))}
      </ol>
      <button type="button" className="button button-quiet button-small" onClick={add}>
        {words.area.addCorner}
      </button>
    </details>
  );
}
