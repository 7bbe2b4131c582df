import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { inspectRegion } from '../api/extensions.ts';
import { isConnectionProblem, messageOf } from '../api/page-error.ts';
import { mapView } from '../map/map-view.ts';
import { Notice } from '../parts/notice.tsx';
import { useNewExport } from '../request/use-new-export.ts';
import { siteSettings } from '../site-settings.ts';
import { words } from '../words/en.ts';
import { squareKilometres } from '../words/numbers.ts';
import { joinAcross, unwrapRing } from './antimeridian.ts';
import {
  areaKm2,
  boundsOf,
  boxPolygons,
  cornerCount,
  type Polygons,
  polygonsOf,
  toGeometry,
} from './polygons.ts';

/** What is known of the area that was set: its size, and what is wrong with it, with the repair. */
export function AreaSummary(): ReactNode {
  const { draft, joined, joinError } = useNewExport();
  const { area } = draft;
  if (area.mode === 'named') return <JoinedArea joined={joined} error={joinError} />;
  return 'polygons' in area ? <ShapeSummary polygons={area.polygons} /> : null;
}

function JoinedArea({
  joined,
  error,
}: {
  readonly joined: ReturnType<typeof useNewExport>['joined'];
  readonly error: unknown;
}): ReactNode {
  if (error !== null && !isConnectionProblem(error)) return <Notice tone="bad">{messageOf(error)}</Notice>;
  if (joined === null) return null;
  return (
    <>
      <p className="muted small">{words.area.merged(joined.vertices)}</p>
      {joined.simplifiedBy !== null && (
        <Notice tone="warn">{words.area.simplified(joined.simplifiedBy * 111_000)}</Notice>
      )}
    </>
  );
}

function ShapeSummary({ polygons }: { readonly polygons: Polygons }): ReactNode {
  const { draft, dispatch } = useNewExport();
  const corners = cornerCount(polygons);
  const bounds = boundsOf(polygons);
  const isAcross = bounds !== null && bounds[0] < 180 && bounds[2] > 180;
  const { data } = useQuery({
    queryKey: ['region', JSON.stringify(polygons)],
    queryFn: ({ signal }) => inspectRegion([toGeometry(polygons)], signal),
    staleTime: Infinity,
  });
  const isTooMany = corners > siteSettings.maxVertices;
  const fix = (): void => {
    if (data?.geometry == null || draft.area.mode === 'all' || draft.area.mode === 'named') return;
    const repaired = joinAcross(polygonsOf(data.geometry)).map((polygon) => polygon.map(unwrapRing));
    dispatch({ type: 'area', area: { mode: draft.area.mode, polygons: repaired } });
  };
  const place = data?.problem?.at?.map((value) => value.toFixed(4)).join(', ');
  return (
    <>
      <p className="muted small">
        {data?.problem == null && `${words.area.size(squareKilometres(areaKm2(polygons)))} · `}
        {words.area.read(corners)}
        {isAcross && ` ${words.area.across}`}
      </p>
      {data?.problem != null && (
        <Notice tone="warn" isAlert>
          {words.area.invalid(data.problem.reason, place === undefined ? '' : words.area.near(place))}
          <span className="fixes">
            {data.problem.at !== null && (
              <button
                type="button"
                className="button button-small"
                onClick={() => showPlace(data.problem?.at)}
              >
                {words.area.showWhere}
              </button>
            )}
            <button type="button" className="button button-small" onClick={fix}>
              {words.area.repair}
            </button>
          </span>
        </Notice>
      )}
      {isTooMany && (
        <Notice tone="warn" isAlert>
          {words.area.tooMany(corners, siteSettings.maxVertices)}{' '}
          <button type="button" className="button button-small" onClick={fix}>
            {words.area.simplify}
          </button>
        </Notice>
      )}
      <SaveShape polygons={polygons} corners={corners} />
    </>
  );
}

/** Brings the map to a place, close enough to see what is wrong there. */
function showPlace(place: readonly [number, number] | null | undefined): void {
  if (place == null) return;
  const [x, y] = place;
  mapView.fit(boxPolygons([x - 0.02, y - 0.02, x + 0.02, y + 0.02]));
}

function SaveShape({
  polygons,
  corners,
}: {
  readonly polygons: Polygons;
  readonly corners: number;
}): ReactNode {
  const save = (): void => {
    const text = JSON.stringify({ type: 'Feature', properties: {}, geometry: toGeometry(polygons) });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/geo+json' }));
    link.download = 'area.geojson';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  return (
    <p className="small">
      {corners > 60 && <span className="muted">{words.area.localShape} </span>}
      <button type="button" className="button button-quiet button-small" onClick={save}>
        {words.area.downloadGeoJson}
      </button>
    </p>
  );
}
