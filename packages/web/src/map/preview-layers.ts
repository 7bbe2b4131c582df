import Feature from 'ol/Feature';
import type Geometry from 'ol/geom/Geometry';
import MultiLineString from 'ol/geom/MultiLineString';
import MultiPoint from 'ol/geom/MultiPoint';
import MultiPolygon from 'ol/geom/MultiPolygon';
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
import { toPlane, type ViewPlane } from './view-plane.ts';

type Place = 'inside' | 'cut' | 'outside';

/** A sample of features, drawn by what the area does to them. */
export class FeatureLayer {
  readonly layer: VectorLayer;
  readonly #source = new VectorSource({ wrapX: true });
  #features: readonly PreviewFeature[] = [];
  #chosen: ReadonlySet<number> = new Set();
  #styles: Readonly<Record<Place | 'chosen', Style>> | null = null;

  constructor() {
    this.layer = new VectorLayer({ source: this.#source });
    this.layer.setStyle((feature) => {
      const isChosen = this.#chosen.has(Number(feature.getId()));
      return this.#styles?.[isChosen ? 'chosen' : ((feature.get('place') as Place | undefined) ?? 'inside')];
    });
  }

  setColours(colours: MapColours, isPickable: boolean): void {
    const { inside, cut, outside, crop } = colours;
    this.#styles = {
      inside: styleOf(isPickable ? outside : inside, isPickable ? 0.04 : 0.18),
      cut: styleOf(cut, 0.22),
      outside: styleOf(outside, 0.06),
      // The area itself is drawn exactly; here it only takes clicks.
      chosen: new Style({ fill: new Fill({ color: translucent(crop, 0.01) }) }),
    };
    this.layer.changed();
  }

  setFeatures(features: readonly PreviewFeature[], plane: ViewPlane): void {
    this.#features = features;
    this.setPlane(plane);
  }

  setPlane(plane: ViewPlane): void {
    this.#source.clear(true);
    this.#source.addFeatures(
      this.#features.flatMap((one) => {
        const geometry = geometryOf(one, plane);
        if (geometry === null) return [];
        const feature = new Feature({ geometry, place: one.properties.place });
        feature.setId(one.id);
        return [feature];
      }),
    );
  }

  setChosen(ids: readonly number[]): void {
    this.#chosen = new Set(ids);
    this.layer.changed();
  }
}

/** A raster as one picture, in Web Mercator. */
export function pictureLayer(url: string, envelope: readonly number[]): ImageLayer<ImageStatic> {
  const source = new ImageStatic({ url, imageExtent: [...envelope], projection: 'EPSG:3857' });
  return new ImageLayer({ source, opacity: 0.9 });
}

function styleOf(colour: string, alpha: number): Style {
  return new Style({
    fill: new Fill({ color: translucent(colour, alpha) }),
    stroke: new Stroke({ color: translucent(colour, 0.85), width: 1 }),
    image: new CircleStyle({
      radius: 2.6,
      fill: new Fill({ color: translucent(colour, 0.85) }),
    }),
  });
}

function geometryOf({ geometry }: PreviewFeature, plane: ViewPlane): Geometry | null {
  const { type, coordinates } = geometry;
  if (type === 'MultiPoint') {
    const places = (coordinates as LonLat[]).flatMap((position) =>
      [plane.toPlane(position) ?? []].filter((one) => one.length > 0),
    );
    return places.length === 0 ? null : new MultiPoint(places);
  }
  if (type === 'MultiLineString') {
    const lines = (coordinates as LonLat[][])
      .map((line) => toPlane(plane, line))
      .filter((line) => line.length > 1);
    return lines.length === 0 ? null : new MultiLineString(lines);
  }
  const polygons = (coordinates as LonLat[][][])
    .map((polygon) => polygon.map((ring) => toPlane(plane, ring)).filter((ring) => ring.length > 3))
    .filter((polygon) => polygon.length > 0);
  return polygons.length === 0 ? null : new MultiPolygon(polygons);
}
