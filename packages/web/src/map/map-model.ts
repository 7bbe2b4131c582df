import OlMap from 'ol/Map';
import View from 'ol/View';
import { boundingExtent, type Extent, getWidth } from 'ol/extent';
import DoubleClickZoom from 'ol/interaction/DoubleClickZoom';
import DragPan from 'ol/interaction/DragPan';
import MouseWheelZoom from 'ol/interaction/MouseWheelZoom';
import PinchZoom from 'ol/interaction/PinchZoom';
import type BaseLayer from 'ol/layer/Base';

import { boundsOf, type Box, type LonLat, type Polygons } from '../area/polygons.ts';
import { AreaLayer } from './area-layer.ts';
import { BaseMap, type MapLook } from './base-map.ts';
import { type MapColours, readColours } from './map-colours.ts';
import { mercatorPlane, toPlane, type ViewPlane } from './view-plane.ts';

const animationMs = 250;

/** By a pointer, and by two fingers; by one finger only where that does not move the page (layout.css says where it does). */
function dragPan(): DragPan {
  const pan: DragPan = new DragPan({
    condition: ({ map, originalEvent }) => {
      const isFinger = originalEvent instanceof PointerEvent && originalEvent.pointerType === 'touch';
      if (!isFinger || pan.getPointerCount() > 1) return true;
      const viewport = map.getViewport();
      return viewport === undefined || getComputedStyle(viewport).touchAction === 'none';
    },
  });
  return pan;
}

/** The map: one OpenLayers map outside of React, which is told what to show. */
export class MapModel {
  readonly map: OlMap;
  readonly area: AreaLayer;
  readonly #base: BaseMap;
  readonly #isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  plane: ViewPlane = mercatorPlane;
  colours: MapColours = readColours();

  constructor(target: HTMLElement) {
    this.#base = new BaseMap(this.plane);
    this.area = new AreaLayer(this.plane);
    this.map = new OlMap({
      target,
      controls: [],
      interactions: [dragPan(), new MouseWheelZoom(), new PinchZoom(), new DoubleClickZoom()],
      layers: [...this.#base.layers, ...this.area.layers],
      view: mercatorView(),
    });
    for (const layer of this.area.layers) layer.setZIndex(50);
    this.setColours();
    this.map.on('moveend', () => void this.#base.show(this.#look(false)));
    this.map.on('postrender', () => {
      const view = this.map.getView();
      if (view.getAnimating() || view.getInteracting()) void this.#base.show(this.#look(true));
    });
    void this.#base.show(this.#look(false));
  }

  dispose(): void {
    this.map.setTarget(undefined);
    this.map.dispose();
    this.#base.dispose();
  }

  /** Takes the page's colours over again. */
  setColours(): void {
    this.colours = readColours();
    this.#base.setColours(this.colours);
    this.area.setColours(this.colours);
    this.map.getTargetElement()?.style.setProperty('background', this.colours.sea);
  }

  /** Draws in another plane; everything that is shown goes there. */
  async setPlane(plane: ViewPlane): Promise<void> {
    const box = this.box();
    this.plane = plane;
    this.map.setView(
      plane.code === mercatorPlane.code
        ? mercatorView()
        : new View({ projection: plane.code, center: [0, 0], resolution: 1000, constrainResolution: false }),
    );
    this.area.setPlane(plane);
    this.fitBox(boxWithin(box, plane.areaOfUse) ?? [-170, -60, 170, 75], false);
    await this.#base.setPlane(plane, this.#look(false));
  }

  #look(isMoving: boolean): MapLook {
    const view = this.map.getView();
    const metresPerPixel = (view.getResolution() ?? 40_000) * (view.getProjection().getMetersPerUnit() ?? 1);
    return { box: this.box(), metresPerPixel, isMoving };
  }

  addLayer(layer: BaseLayer): () => void {
    this.map.addLayer(layer);
    return () => void this.map.removeLayer(layer);
  }

  /** What is shown, in degrees. */
  box(): Box | null {
    if ((this.map.getSize()?.[0] ?? 0) === 0) return null;
    const [minX = 0, minY = 0, maxX = 0, maxY = 0] = this.map.getView().calculateExtent();
    const places: LonLat[] = [];
    for (const x of [minX, (minX + maxX) / 2, maxX]) {
      for (const y of [minY, (minY + maxY) / 2, maxY]) {
        const place = this.plane.toDegrees([x, y]);
        if (place !== null) places.push(place);
      }
    }
    const bounds = boundsOf([[places]]);
    if (bounds === null) return null;
    const isRound = bounds[2] - bounds[0] >= 360;
    return isRound ? [-180, bounds[1], 180, bounds[3]] : bounds;
  }

  /** Whether some of a box is on the map, and large enough to be seen. */
  shows(box: Box | null): boolean {
    const view = this.box();
    if (box === null || view === null) return false;
    return meets(view, box) && (box[2] - box[0]) * 40 > view[2] - view[0];
  }

  /** Where a pixel of the map is, in degrees. */
  placeOf(coordinate: readonly number[]): LonLat | null {
    return this.plane.toDegrees(coordinate);
  }

  /** Where the middle of the map is, in degrees. */
  centre(): LonLat | null {
    return this.placeOf(this.map.getView().getCenter() ?? [0, 0]);
  }

  fit(polygons: Polygons): void {
    const bounds = boundsOf(polygons);
    if (bounds !== null) this.fitBox(bounds, true);
  }

  fitBox([west, south, east, north]: Box, isAnimated: boolean): void {
    const ring = toPlane(this.plane, [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ]);
    const extent: Extent = boundingExtent(ring);
    if (ring.length === 0 || !Number.isFinite(getWidth(extent))) return;
    const duration = isAnimated && !this.#isStill ? animationMs : 0;
    // Where the map is large, its tools and legend lie on it.
    const [width = 0, height = 0] = this.map.getSize() ?? [];
    const padding = width > 700 && height > 500 ? [50, 160, 140, 50] : [24, 24, 24, 24];
    this.map.getView().fit(extent, { padding, maxZoom: 14, duration });
  }

  /** Moves the map by pixels, for keys and buttons. */
  pan(right: number, up: number): void {
    const view = this.map.getView();
    const [x = 0, y = 0] = view.getCenter() ?? [];
    const resolution = view.getResolution() ?? 1;
    view.setCenter([x + right * resolution, y + up * resolution]);
  }

  zoom(levels: number): void {
    const view = this.map.getView();
    view.animate({ zoom: (view.getZoom() ?? 1) + levels, duration: this.#isStill ? 0 : animationMs });
  }
}

function mercatorView(): View {
  return new View({ center: [0, 2_000_000], zoom: 1.4, minZoom: 0.6, maxZoom: 19, enableRotation: false });
}

/** What to show in a plane that is for an area: all of that where more was shown, or something else. */
function boxWithin(box: Box | null, area: Box | null): Box | null {
  if (area === null) return box;
  const isPart = box !== null && meets(box, area) && box[2] - box[0] <= area[2] - area[0];
  return isPart ? box : area;
}

function meets(a: Box, b: Box): boolean {
  return (
    [-360, 0, 360].some((turn) => a[0] + turn < b[2] && a[2] + turn > b[0]) && a[1] < b[3] && a[3] > b[1]
  );
}
