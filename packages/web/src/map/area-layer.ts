import Feature from 'ol/Feature';
import LineString from 'ol/geom/LineString';
import MultiPolygon from 'ol/geom/MultiPolygon';
import Point from 'ol/geom/Point';
import VectorLayer from 'ol/layer/Vector';
import VectorSource from 'ol/source/Vector';
import CircleStyle from 'ol/style/Circle';
import Fill from 'ol/style/Fill';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';

import { cornerCount, type LonLat, type Polygons } from '../area/polygons.ts';
import { type MapColours, translucent } from './map-colours.ts';
import { polygonsOfSketch, type SketchState } from './sketch.ts';
import { toPlane, type ViewPlane } from './view-plane.ts';

/** More corners are not offered to be dragged. */
const mostHandles = 100;

/** The area as it will cut, with its corners to drag, and what is being drawn. */
export class AreaLayer {
  readonly layers: readonly [VectorLayer, VectorLayer];
  readonly #area = new VectorSource({ wrapX: true });
  readonly #marks = new VectorSource({ wrapX: true });
  #plane: ViewPlane;
  #polygons: Polygons = [];
  #hasHandles = false;

  constructor(plane: ViewPlane) {
    this.#plane = plane;
    this.layers = [
      new VectorLayer({ source: this.#area, updateWhileAnimating: true, updateWhileInteracting: true }),
      new VectorLayer({ source: this.#marks, updateWhileAnimating: true, updateWhileInteracting: true }),
    ];
  }

  setColours({ crop, halo }: MapColours): void {
    const [area, marks] = this.layers;
    // A halo and a dash besides the colour, so that the line is seen on any ground and by anyone.
    area.setStyle([
      new Style({
        stroke: new Stroke({ color: halo, width: 6 }),
        fill: new Fill({ color: translucent(crop, 0.08) }),
      }),
      new Style({ stroke: new Stroke({ color: crop, width: 2.5 }) }),
      new Style({ stroke: new Stroke({ color: halo, width: 1, lineDash: [2, 9] }) }),
    ]);
    const handle = new CircleStyle({
      radius: 6,
      fill: new Fill({ color: halo }),
      stroke: new Stroke({ color: crop, width: 2.5 }),
    });
    marks.setStyle([
      new Style({ stroke: new Stroke({ color: halo, width: 5 }) }),
      new Style({ stroke: new Stroke({ color: crop, width: 2, lineDash: [6, 5] }), image: handle }),
    ]);
  }

  setPlane(plane: ViewPlane): void {
    this.#plane = plane;
    this.setArea(this.#polygons, this.#hasHandles);
  }

  /** Shows an area; with handles where its corners may be dragged. */
  setArea(polygons: Polygons, hasHandles: boolean): void {
    this.#polygons = polygons;
    this.#hasHandles = hasHandles;
    const drawn = polygons.map((polygon) => polygon.map((ring) => toPlane(this.#plane, ring)));
    const shapes = drawn
      .map((polygon) => polygon.filter((ring) => ring.length > 3))
      .filter((polygon) => polygon.length > 0);
    this.#area.clear(true);
    if (shapes.length > 0) this.#area.addFeature(new Feature(new MultiPolygon(shapes)));
    this.#marks.clear(true);
    if (hasHandles && cornerCount(polygons) <= mostHandles) this.#marks.addFeatures(this.#handles(polygons));
  }

  /** Shows what is being drawn, up to where the pointer or the cross is. */
  setSketch(state: SketchState, end: LonLat | null): void {
    const corners = end === null ? state.corners : [...state.corners, nearTo(end, state.corners.at(-1))];
    const preview = polygonsOfSketch({ kind: state.kind, corners });
    const line = preview?.[0]?.[0] ?? corners;
    this.#area.clear(true);
    this.#marks.clear(true);
    const drawn = toPlane(this.#plane, line);
    if (drawn.length > 1) this.#marks.addFeature(new Feature(new LineString(drawn)));
    for (const corner of state.corners) {
      const place = this.#plane.toPlane(corner);
      if (place !== null) this.#marks.addFeature(new Feature(new Point(place)));
    }
  }

  /** The corner at a pixel's features, as the place among the corners of the first ring. */
  handleOf(feature: Feature): number | null {
    const corner: unknown = feature.get('corner');
    return typeof corner === 'number' ? corner : null;
  }

  #handles(polygons: Polygons): Feature[] {
    const corners = polygons[0]?.[0]?.slice(0, -1) ?? [];
    return corners.flatMap((corner, at) => {
      const place = this.#plane.toPlane(corner);
      return place === null ? [] : [new Feature({ geometry: new Point(place), corner: at })];
    });
  }
}

/** A position on the turn of the globe that is next to another. */
export function nearTo([x, y]: LonLat, other: LonLat | undefined): LonLat {
  return other === undefined ? [x, y] : [x - 360 * Math.round((x - other[0]) / 360), y];
}
