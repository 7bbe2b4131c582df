import type { ReactNode } from 'react';

import { polygonsOf } from '../area/polygons.ts';
import { mapView } from '../map/map-view.ts';
import type { ItemKey } from '../request/draft.ts';
import { useNewExport } from '../request/use-new-export.ts';
import { openSignIn } from '../sign-in/sign-in-state.ts';
import { type Fix, fixWords } from '../words/refusals.ts';
import { focusPart } from './focus-part.ts';

/** What can be done about a problem, with one press each. */
export function FixButtons({
  fixes,
  item,
}: {
  readonly fixes: readonly Fix[];
  readonly item: ItemKey | null;
}): ReactNode {
  const { dispatch, layers, draft } = useNewExport();
  const layer = item === null ? undefined : layers[draft.items.indexOf(item)];
  const actions: Readonly<Record<Fix, (() => void) | null>> = {
    remove: item === null ? null : () => dispatch({ type: 'remove', item }),
    show: layer?.data.extent == null ? null : () => mapView.fit(polygonsOf(layer.data.extent!)),
    format: () => focusPart(layer === undefined ? 'step-formats' : `format-${layer.kind}`),
    area: () => focusPart('step-area'),
    crs: () => focusPart('crs'),
    wgs84: () => dispatch({ type: 'crs', crs: 'EPSG:4326' }),
    'own-crs': layer?.data.crs == null ? null : () => dispatch({ type: 'crs', crs: layer.data.crs }),
    'sign-in': openSignIn,
  };
  return (
    <span className="fixes">
      {fixes.map((fix) => {
        const act = actions[fix];
        return act === null ? null : (
          <button key={fix} type="button" className="button button-small" onClick={act}>
            {fixWords[fix]}
          </button>
        );
      })}
    </span>
  );
}
