import { useEffect } from 'react';

import { areaKm2 } from '../area/polygons.ts';
import { announce } from '../parts/announcer.tsx';
import { useDispatch } from '../request/use-new-export.ts';
import { words } from '../words/en.ts';
import { squareKilometres } from '../words/numbers.ts';
import { mapView } from './map-view.ts';
import { sketch } from './sketch.ts';

/** Makes what was drawn the area, and says how drawing goes. */
export function useSketchEvents(): void {
  const dispatch = useDispatch();
  useEffect(
    () =>
      sketch.onEvent((event) => {
        switch (event.type) {
          case 'started':
            mapView.focus();
            announce(words.area.drawHint[event.kind]);
            break;
          case 'corner':
            announce(words.area.cornerAdded(event.count));
            break;
          case 'undo':
            announce(words.area.cornerUndone(event.count));
            break;
          case 'too-few':
            announce(words.area.needsCorners);
            break;
          case 'cancelled':
            announce(words.area.cancelled);
            break;
          case 'drawn':
            dispatch({ type: 'area', area: { mode: 'draw', polygons: event.polygons } });
            announce(words.area.drawn(squareKilometres(areaKm2(event.polygons))));
        }
      }),
    [dispatch],
  );
}
