import Feature from 'ol/Feature';
import type Geometry from 'ol/geom/Geometry';
import MultiLineString from 'ol/geom/MultiLineString';
import MultiPoint from 'ol/geom/MultiPoint';
import MultiPolygon from 'ol/geom/MultiPolygon';
import LayerGroup from 'ol/layer/Group';
import ImageLayer from 'ol/layer/Image';
import VectorLayer from 'ol/layer/Vector';
import ImageStatic from 'ol/source/ImageStatic';
import VectorSource from 'ol/source/Vector';
import CircleStyle from 'ol/style/Circle';
import Fill from 'ol/style/Fill';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';

import type { PreviewFeature } from '../api/extensions.ts';
import type { LonLat } from '../area/polygons.ts';
import { type MapColours, translucent } from './map-colours.ts';
import { mercatorPlane, toPlane, type ViewPlane } from './view-plane.ts';

/** Dots of more features than this are small, as they lie close. */
const manyFeatures = 1000;

/** Web Mercator's way around the earth, in metres. */
const worldWidth = 2 * Math.PI * 6_378_137;

type Place = 'inside' | 'cut' | 'outside';

/** A sample of features, drawn by what the area does to them. */
export class FeatureLayer {
  readonly layer: VectorLayer;
  // Fills and lines of many features are drawn together, as if none lay on another: much sooner, and looks the same.
  readonly #source = new VectorSource({ wrapX: true, overlaps: false });
  readonly #isPickable: boolean;
  #features: readonly PreviewFeature[] = [];
  #colours: MapColours | null = null;
  #styles: Readonly<Record<Place, Style>> | null = null;

  constructor({ isPickable }: { readonly isPickable: boolean }) {
    this.#isPickable = isPickable;
    this.layer = new VectorLayer({ source: this.#source, properties: { isPickable } });
    this.layer.setStyle((feature) => this.#styles?.[feature.get('place') as Place]);
  }

  setColours(colours: MapColours): void {
    this.#colours = colours;
    const { inside, cut, outside, halo } = colours;
    const radius = this.#features.length > manyFeatures ? 2 : 3;
    const style = (colour: string, alpha: number): Style => styleOf({ colour, alpha, halo, radius });
    this.#styles = {
      inside: style(this.#isPickable ? outside : inside, this.#isPickable ? 0.04 : 0.18),
      cut: style(cut, 0.22),
      outside: style(outside, 0.06),
    };
    this.layer.changed();
  }

  setFeatures(features: readonly PreviewFeature[], plane: ViewPlane): void {
    this.#features = features;
    this.#source.clear(true);
    this.#source.addFeatures(this.#isPickable ? pickable(features, plane) : grouped(features, plane));
    if (this.#colours !== null) this.setColours(this.#colours);
  }
}

/** Each feature for itself, to be found by a click. */
function pickable(features: readonly PreviewFeature[], plane: ViewPlane): Feature[] {
  return features.flatMap((one) => {
    const parts = partsOf(one, plane);
    if (parts.length === 0) return [];
    const feature = new Feature({ geometry: joined(one.geometry.type, parts), place: placeOf(one) });
    feature.setId(one.id);
    return [feature];
  });
}

/** All that look the same as one: a few features of the map instead of thousands are drawn and replaced much sooner. */
function grouped(features: readonly PreviewFeature[], plane: ViewPlane): Feature[] {
  const groups = new Map<
    string,
    { readonly type: string; readonly place: Place; readonly parts: unknown[] }
  >();
  for (const one of features) {
    const { type } = one.geometry;
    const place = placeOf(one);
    const group = groups.get(`${place} ${type}`) ?? { type, place, parts: [] };
    groups.set(`${place} ${type}`, group);
    for (const part of partsOf(one, plane)) group.parts.push(part);
  }
  return [...groups.values()]
    .filter(({ parts }) => parts.length > 0)
    .map(({ type, place, parts }) => new Feature({ geometry: joined(type, parts), place }));
}

function placeOf({ properties }: PreviewFeature): Place {
  return properties.place ?? 'inside';
}

/** A raster as one picture, in Web Mercator; there on every turn of the globe, as the map runs on across 180 degrees. */
export function pictureLayer(
  url: string,
  [west = 0, south = 0, east = 0, north = 0]: readonly number[],
  plane: ViewPlane,
): LayerGroup {
  const turns = plane.code === mercatorPlane.code ? [-worldWidth, 0, worldWidth] : [0];
  const layers = turns.map((turn) => {
    const imageExtent = [west + turn, south, east + turn, north];
    return new ImageLayer({ source: new ImageStatic({ url, imageExtent, projection: 'EPSG:3857' }) });
  });
  return new LayerGroup({ layers, opacity: 0.9 });
}

/** Dots have a rim in the colour of the ground, so that they are seen on a picture too. */
function styleOf(look: {
  readonly colour: string;
  readonly alpha: number;
  readonly halo: string;
  readonly radius: number;
}): Style {
  const { colour, alpha, halo, radius } = look;
  return new Style({
    fill: new Fill({ color: translucent(colour, alpha) }),
    stroke: new Stroke({ color: translucent(colour, 0.85), width: 1 }),
    image: new CircleStyle({
      radius,
      fill: new Fill({ color: colour }),
      stroke: new Stroke({ color: translucent(halo, 0.8), width: 1 }),
    }),
  });
}

/** The points, lines or polygons of a feature in a plane, without those that have no place in it. */
function partsOf({ geometry }: PreviewFeature, plane: ViewPlane): unknown[] {
  const { type, coordinates } = geometry;
  if (type === 'MultiPoint') {
    return (coordinates as LonLat[]).map((position) => plane.toPlane(position)).filter((one) => one !== null);
  }
  if (type === 'MultiLineString') {
    return (coordinates as LonLat[][]).map((line) => toPlane(plane, line)).filter((line) => line.length > 1);
  }
  return (coordinates as LonLat[][][])
    .map((polygon) => polygon.map((ring) => toPlane(plane, ring)).filter((ring) => ring.length > 3))
    .filter((polygon) => polygon.length > 0);
}

function joined(type: string, parts: readonly unknown[]): Geometry {
  if (type === 'MultiPoint') return new MultiPoint(parts as [number, number][]);
  if (type === 'MultiLineString') return new MultiLineString(parts as [number, number][][]);
  return new MultiPolygon(parts as [number, number][][][]);
}
