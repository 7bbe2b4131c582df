import 'ol/ol.css';

import { type ReactNode, useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from 'react';

import type { Box } from '../area/polygons.ts';
import { boundsOf, polygonsOf } from '../area/polygons.ts';
import { useAreaPolygons } from '../area/use-area-polygons.ts';
import { useDebounced } from '../check/use-debounced.ts';
import { useCropLayers } from '../queries.ts';
import { onColours } from '../parts/theme.ts';
import { useNewExport } from '../request/use-new-export.ts';
import { words } from '../words/en.ts';
import { listenToMap } from './map-input.ts';
import { MapLegend } from './map-legend.tsx';
import { PickableAreas, PictureOnMap, PreviewOnMap } from './map-layers.tsx';
import { MapModel } from './map-model.ts';
import { DrawBar, MapTools } from './map-tools.tsx';
import { mapView } from './map-view.ts';
import { moveCorner } from './move-corner.ts';
import { sketch } from './sketch.ts';
import { usePreviews } from './use-previews.ts';
import { useSketchEvents } from './use-sketch-events.ts';
import { mercatorPlane, openPlane, type ViewPlane } from './view-plane.ts';

/** The map: the area as it will cut, the chosen data, and ways to draw and to pick. */
export function MapPanel(): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const [model, setModel] = useState<MapModel | null>(null);
  useEffect(() => {
    const made = new MapModel(frame.current!);
    setModel(made);
    const stop = onColours(() => requestAnimationFrame(() => made.setColours()));
    mapView.attach({
      box: () => made.box(),
      fit: (polygons) => made.fit(polygons),
      focus: () => {
        frame.current?.focus({ preventScroll: true });
        // With what is below the map, which comes with the drawing.
        requestAnimationFrame(() => frame.current?.parentElement?.scrollIntoView({ block: 'nearest' }));
      },
    });
    return () => {
      mapView.attach(null);
      stop();
      made.dispose();
    };
  }, []);
  useSketchEvents();
  return (
    <div className="map-frame">
      <div
        ref={frame}
        className="map-canvas"
        id="map"
        tabIndex={0}
        role="application"
        aria-label={`${words.map.label}. ${words.map.keys}`}
      />
      {model !== null && <MapContents model={model} />}
      <span className="map-credit">{words.map.credit}</span>
    </div>
  );
}

function MapContents({ model }: { readonly model: MapModel }): ReactNode {
  const { draft } = useNewExport();
  const { area } = draft;
  const polygons = useAreaPolygons();
  const plane = usePlane(model);
  const box = useViewBox(model);
  const shown = usePreviews(box);
  const { data: cropLayers } = useCropLayers(area.mode === 'named');
  const layerId = area.mode === 'named' ? (area.layerId ?? cropLayers?.[0]?.id ?? null) : null;
  useAreaOnMap(model, polygons);
  useFirstLook(model, polygons);
  useInput(model, layerId);
  return (
    <>
      {shown.map(({ key, isPicture, preview }) =>
        isPicture ? (
          <PictureOnMap key={key} model={model} plane={plane.plane} id={Number(key.slice(1))} />
        ) : (
          <PreviewOnMap key={key} model={model} plane={plane.plane} preview={preview} />
        ),
      )}
      {area.mode === 'named' && layerId !== null && (
        <PickableAreas model={model} plane={plane.plane} area={{ ...area, layerId }} box={box} />
      )}
      <MapTools model={model} polygons={polygons} />
      <div className="map-foot">
        <DrawBar model={model} />
        <MapLegend shown={shown} />
        {plane.toggle}
      </div>
    </>
  );
}

/** Web Mercator, or the export's own CRS where that is asked for. */
function usePlane(model: MapModel): { plane: ViewPlane; toggle: ReactNode } {
  const { proposals } = useNewExport();
  const [isOwn, setOwn] = useState(false);
  const [plane, setPlane] = useState<ViewPlane>(mercatorPlane);
  const code = isOwn && proposals.crs !== null ? proposals.crs : mercatorPlane.code;
  useEffect(() => {
    let isCurrent = true;
    openPlane(code).then(
      (opened) => {
        if (!isCurrent || model.plane === opened) return;
        void model.setPlane(opened);
        setPlane(opened);
      },
      () => isCurrent && setOwn(false),
    );
    return () => {
      isCurrent = false;
    };
  }, [model, code]);
  const canToggle = proposals.crs !== null && proposals.crs !== mercatorPlane.code;
  const toggle = canToggle && (
    <label className="map-note map-plane check">
      <input type="checkbox" checked={isOwn} onChange={(event) => setOwn(event.target.checked)} />
      {words.map.viewIn(proposals.crs ?? '')}
    </label>
  );
  return { plane, toggle };
}

/** What the map shows, once it has come to rest; null for the whole earth, undefined until then. */
function useViewBox(model: MapModel): Box | null | undefined {
  const [box, setBox] = useState<Box | null | undefined>(undefined);
  useEffect(() => {
    const listener = (): void => {
      const now = model.box();
      const isWorld = now === null || now[2] - now[0] > 300;
      setBox(isWorld ? null : (now.map((value) => Number(value.toFixed(2))) as unknown as Box));
    };
    // The map may have come to rest before anybody listened.
    if (model.box() !== null) listener();
    model.map.on('moveend', listener);
    return () => model.map.un('moveend', listener);
  }, [model]);
  return useDebounced(box, 250);
}

function useAreaOnMap(model: MapModel, polygons: ReturnType<typeof useAreaPolygons>): void {
  const { draft } = useNewExport();
  const { kind } = useSyncExternalStore(sketch.subscribe, sketch.read);
  const hasHandles = draft.area.mode !== 'named' && draft.area.mode !== 'all';
  useEffect(() => {
    if (kind === null) model.area.setArea(polygons, hasHandles);
  }, [model, polygons, hasHandles, kind]);
}

/** Goes to an area that comes from elsewhere than the map, and to the first layer that is chosen; never away under a hand. */
function useFirstLook(model: MapModel, polygons: ReturnType<typeof useAreaPolygons>): void {
  const { draft, layers } = useNewExport();
  const { mode } = draft.area;
  const isFirst = useRef(true);
  useEffect(() => {
    const bounds = boundsOf(polygons);
    const isOnMap = !isFirst.current && (mode === 'draw' || (mode === 'box' && model.shows(bounds)));
    isFirst.current = false;
    if (bounds !== null && !isOnMap) model.fitBox(bounds, true);
  }, [model, polygons, mode]);
  const extent = layers.find((layer) => layer?.data.extent != null)?.data.extent ?? null;
  const goTo = useEffectEvent(() => {
    const bounds = extent === null ? null : boundsOf(polygonsOf(extent));
    if (bounds !== null && polygons.length === 0 && bounds[2] - bounds[0] < 180) model.fitBox(bounds, true);
  });
  useEffect(() => goTo(), [extent]);
}

function useInput(model: MapModel, layerId: number | null): void {
  const { draft, dispatch } = useNewExport();
  const { area } = draft;
  const handlers = useRef({ onCorner: () => undefined, onPick: () => undefined } as Parameters<
    typeof listenToMap
  >[2] extends () => infer H
    ? H
    : never);
  useEffect(() => {
    handlers.current = {
      onCorner: (corner, place) => {
        if (area.mode === 'all' || area.mode === 'named') return;
        const keepsBox = area.mode === 'box';
        dispatch({
          type: 'area',
          area: { ...area, polygons: moveCorner(area.polygons, corner, { place, keepsBox }) },
        });
      },
      onPick: (featureId) => {
        if (area.mode !== 'named' || layerId === null) return;
        const { featureIds } = area;
        const next = featureIds.includes(featureId)
          ? featureIds.filter((one) => one !== featureId)
          : [...featureIds, featureId];
        dispatch({ type: 'area', area: { mode: 'named', layerId, featureIds: next } });
      },
    };
  });
  useEffect(() => listenToMap(model, sketch, () => handlers.current), [model]);
}
