import { type ReactNode, useEffect, useState } from 'react';

import { mapView } from '../map/map-view.ts';
import { useNewExport } from '../request/use-new-export.ts';
import { words } from '../words/en.ts';
import { boundsOf, type Box, boxPolygons, type Polygons, polygonsOf } from './polygons.ts';

const sides = ['west', 'south', 'east', 'north'] as const;
type Texts = Readonly<Record<(typeof sides)[number], string>>;

/** The area as four numbers. */
export function BoxFields({ polygons }: { readonly polygons: Polygons }): ReactNode {
  const { dispatch, layers } = useNewExport();
  const [texts, setTexts] = useState<Texts>(() => textsOf(boundsOf(polygons)));
  useEffect(() => {
    const bounds = boundsOf(polygons);
    // The fields follow the map, but not what has just been typed into them.
    setTexts((now) => (bounds === null || sameBox(readBox(now).box, bounds) ? now : textsOf(bounds)));
  }, [polygons]);
  const { box, problem } = readBox(texts);
  const set = (next: Texts): void => {
    setTexts(next);
    const read = readBox(next).box;
    dispatch({ type: 'area', area: { mode: 'box', polygons: read === null ? [] : boxPolygons(read) } });
  };
  const extents = layers.flatMap((layer) => (layer?.data.extent ? polygonsOf(layer.data.extent) : []));
  const isTouched = sides.some((side) => texts[side] !== '');
  const swapped = isTouched && box === null ? swapAxes(texts) : null;
  return (
    <div className="box">
      <div className="box-fields">
        {sides.map((side) => (
          <div key={side} className={`field box-${side}`}>
            <label htmlFor={`box-${side}`}>{words.area[side]}</label>
            <input
              id={`box-${side}`}
              inputMode="text"
              autoComplete="off"
              value={texts[side]}
              aria-invalid={isTouched && box === null}
              aria-describedby="box-hint"
              onChange={(event) => set({ ...texts, [side]: event.target.value })}
            />
          </div>
        ))}
      </div>
      <p className="muted small" id="box-hint" role="status">
        {isTouched && problem !== null ? <span className="bad">{problem}</span> : words.area.boxHint}
      </p>
      <div className="button-row">
        {swapped !== null && (
          <button type="button" className="button button-small" onClick={() => set(swapped)}>
            {words.area.swap}
          </button>
        )}
        <button
          type="button"
          className="button button-small"
          onClick={() => set(textsOf(mapView.box() ?? [-180, -85, 180, 85]))}
        >
          {words.area.useView}
        </button>
        {extents.length > 0 && (
          <button
            type="button"
            className="button button-small"
            onClick={() => set(textsOf(boundsOf(extents)))}
          >
            {words.area.useLayers}
          </button>
        )}
      </div>
    </div>
  );
}

function textsOf(box: Box | null): Texts {
  const [west, south, east, north] = box ?? [];
  const text = (value: number | undefined): string =>
    value === undefined ? '' : String(Number(value.toFixed(5)));
  return { west: text(west), south: text(south), east: text(east), north: text(north) };
}

/** The texts with longitudes and latitudes changed over; null where that makes no box either. */
function swapAxes({ west, south, east, north }: Texts): Texts | null {
  const swapped = { west: south, south: west, east: north, north: east };
  return readBox(swapped).box === null ? null : swapped;
}

/** The box that four texts say, or the first thing that is wrong with them. */
function readBox(texts: Texts): { box: Box | null; problem: string | null } {
  const values = sides.map((side) =>
    texts[side].trim() === '' ? NaN : Number(texts[side].trim().replace(',', '.').replace('−', '-')),
  );
  const [west = NaN, south = NaN, east = NaN, north = NaN] = values;
  const refuse = (problem: string): { box: null; problem: string } => ({ box: null, problem });
  if (values.some((value) => !Number.isFinite(value))) return refuse(words.area.badNumber);
  const latitude = [south, north].find((value) => Math.abs(value) > 90);
  if (latitude !== undefined) return refuse(words.area.badLatitude(latitude));
  const longitude = [west, east].find((value) => value < -180 || value > 540);
  if (longitude !== undefined) return refuse(words.area.badLongitude(longitude));
  if (south >= north || west === east) return refuse(words.area.flat);
  return { box: [west, south, east < west ? east + 360 : east, north], problem: null };
}

function sameBox(a: Box | null, b: Box): boolean {
  return a !== null && a.every((value, at) => Math.abs(value - b[at]!) < 1e-5);
}
