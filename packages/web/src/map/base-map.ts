import Feature from 'ol/Feature';
import MultiLineString from 'ol/geom/MultiLineString';
import MultiPolygon from 'ol/geom/MultiPolygon';
import VectorLayer from 'ol/layer/Vector';
import VectorSource from 'ol/source/Vector';
import Fill from 'ol/style/Fill';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import Text from 'ol/style/Text';
import coarse from 'world-atlas/countries-110m.json?url';
import fine from 'world-atlas/countries-10m.json?url';
import middle from 'world-atlas/countries-50m.json?url';

import { type Box, boxHolds } from '../area/polygons.ts';
import type { MapColours } from './map-colours.ts';
import { toPlane, type ViewPlane } from './view-plane.ts';
import type { WorldPieces } from './world.ts';
import { WorldReader } from './world-reader.ts';

/** Natural Earth in three scales, each down to so many metres on a pixel. */
const scales = [
  { url: coarse, least: 9000 },
  { url: middle, least: 900 },
  { url: fine, least: 0 },
] as const;

/** Smaller things cannot be seen, in pixels. */
const leastPixels = 0.4;
/** Names are not on a map of the whole earth: units of the plane on a pixel. */
const coarsestNames = 20_000;
const metresOfDegree = 111_320;

/** What of the earth the map shows. */
export interface MapLook {
  /** In degrees; null for all of it. */
  readonly box: Box | null;
  readonly metresPerPixel: number;
  /** While it moves, it is enough that there is something to see. */
  readonly isMoving: boolean;
}

/** What of a world is drawn. */
interface Drawing {
  readonly url: string;
  /** Twice the pixel's size with each. */
  readonly level: number;
  /** Null for the whole earth. */
  readonly box: Box | null;
}

/** Land, coasts and borders around what is looked at, as fine as that needs. */
export class BaseMap {
  readonly layers: readonly [land: VectorLayer, lines: VectorLayer, names: VectorLayer];
  readonly #land = new VectorSource({ wrapX: true });
  readonly #lines = new VectorSource({ wrapX: true });
  readonly #reader = new WorldReader();
  #plane: ViewPlane;
  #drawn: Drawing | null = null;
  /** The last that was asked for, until it has come. */
  #awaited: Drawing | null = null;

  constructor(plane: ViewPlane) {
    this.#plane = plane;
    // Drawn far beyond what is shown, so that a zoom needs nothing new before it is over.
    const options = { updateWhileInteracting: true, renderBuffer: 2000 };
    this.layers = [
      new VectorLayer({ source: this.#land, ...options }),
      new VectorLayer({ source: this.#lines, ...options }),
      // Where names have a place is found once the map has come to rest: it takes longer than all the drawing.
      new VectorLayer({ source: this.#land, declutter: true, maxResolution: coarsestNames }),
    ];
  }

  dispose(): void {
    this.#reader.dispose();
  }

  setColours(colours: MapColours): void {
    const [land, lines, names] = this.layers;
    const label = new Text({
      font: '600 12px system-ui, sans-serif',
      fill: new Fill({ color: colours.label }),
      stroke: new Stroke({ color: colours.halo, width: 3 }),
      overflow: false,
    });
    const named = new Style({ text: label });
    names.setStyle((one) => {
      label.setText(String(one.get('name')));
      return named;
    });
    land.setStyle(new Style({ fill: new Fill({ color: colours.land }) }));
    lines.setStyle(new Style({ stroke: new Stroke({ color: colours.coast, width: 0.6 }) }));
  }

  /** Draws in another plane. */
  async setPlane(plane: ViewPlane, look: MapLook): Promise<void> {
    this.#plane = plane;
    this.#drawn = null;
    this.#awaited = null;
    await this.show(look);
  }

  /** Makes sure that what is looked at is drawn, and fine enough. */
  async show(look: MapLook): Promise<void> {
    if (this.#isDrawn(look) || (look.isMoving && this.#awaited !== null)) return;
    const drawing = this.#drawingFor(look);
    if (isSame(drawing, this.#drawn) || isSame(drawing, this.#awaited)) return;
    this.#awaited = drawing;
    const tolerance = (leastPixels * 2 ** drawing.level) / metresOfDegree;
    const pieces = await this.#reader.read(drawing.url, { box: drawing.box, tolerance });
    if (this.#awaited !== drawing) return;
    this.#awaited = null;
    if (pieces === null) return;
    this.#drawn = drawing;
    this.#draw(pieces);
  }

  #isDrawn({ box, metresPerPixel, isMoving }: MapLook): boolean {
    const drawn = this.#drawn;
    if (drawn === null) return false;
    const isFine = drawn.url === scaleOf(metresPerPixel).url && drawn.level === levelOf(metresPerPixel);
    const isWhole = drawn.box === null || drawn.box === this.#plane.areaOfUse;
    return (isFine || isMoving) && (isWhole || (box !== null && boxHolds(drawn.box, this.#inUse(box))));
  }

  #drawingFor({ box, metresPerPixel }: MapLook): Drawing {
    const { url } = scaleOf(metresPerPixel);
    const drawing = { url, level: levelOf(metresPerPixel) };
    const area = this.#plane.areaOfUse;
    // Near a pole of another plane, longitudes say little of what is seen.
    const isPolar = area !== null && box !== null && Math.max(-box[1], box[3]) > 80;
    if (url === coarse || box === null || isPolar) return { ...drawing, box: area };
    const [width, height] = [box[2] - box[0], box[3] - box[1]];
    if (width >= 120) return { ...drawing, box: area };
    // With as much again on each side, so that the map can be moved and zoomed out a little.
    const around: Box = [box[0] - width, box[1] - height, box[2] + width, box[3] + height];
    return { ...drawing, box: this.#inUse(around) };
  }

  /** What of a box lies in the area of use. */
  #inUse(box: Box): Box {
    const area = this.#plane.areaOfUse;
    if (area === null) return box;
    return [
      Math.max(box[0], area[0]),
      Math.max(box[1], area[1]),
      Math.min(box[2], area[2]),
      Math.min(box[3], area[3]),
    ];
  }

  #draw({ lands, lines }: WorldPieces): void {
    const plane = this.#plane;
    this.#land.clear(true);
    this.#land.addFeatures(
      lands.flatMap(({ name, polygons }) => {
        const drawn = polygons
          .map((polygon) => polygon.map((ring) => toPlane(plane, ring)).filter((ring) => ring.length > 3))
          .filter((polygon) => polygon.length > 0);
        return drawn.length === 0 ? [] : [new Feature({ geometry: new MultiPolygon(drawn), name })];
      }),
    );
    const drawn = lines.map((line) => toPlane(plane, line)).filter((line) => line.length > 1);
    this.#lines.clear(true);
    if (drawn.length > 0) this.#lines.addFeature(new Feature(new MultiLineString(drawn)));
  }
}

function scaleOf(metresPerPixel: number): (typeof scales)[number] {
  return scales.find(({ least }) => metresPerPixel >= least) ?? scales[2];
}

function levelOf(metresPerPixel: number): number {
  return Math.floor(Math.log2(metresPerPixel));
}

function isSame(one: Drawing, other: Drawing | null): boolean {
  return one.url === other?.url && one.level === other.level && String(one.box) === String(other.box);
}
