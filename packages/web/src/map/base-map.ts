import Feature from 'ol/Feature';
import LineString from 'ol/geom/LineString';
import MultiPolygon from 'ol/geom/MultiPolygon';
import VectorLayer from 'ol/layer/Vector';
import VectorSource from 'ol/source/Vector';
import Fill from 'ol/style/Fill';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import Text from 'ol/style/Text';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import coarse from 'world-atlas/countries-110m.json?url';
import fine from 'world-atlas/countries-10m.json?url';
import middle from 'world-atlas/countries-50m.json?url';

import { unwrapRing } from '../area/antimeridian.ts';
import { type Box, boundsOf, type LonLat, type Ring } from '../area/polygons.ts';
import { clipRing } from './clip-ring.ts';
import type { MapColours } from './map-colours.ts';
import { toPlane, type ViewPlane } from './view-plane.ts';

/** Natural Earth in three scales, each down to so many metres on a pixel. */
const scales = [
  { url: coarse, least: 9000 },
  { url: middle, least: 900 },
  { url: fine, least: 0 },
] as const;

interface World {
  readonly lands: readonly { readonly name: string; readonly polygons: readonly (readonly Ring[])[] }[];
  readonly lines: readonly Ring[];
}

/** Land, coasts and borders, as fine as what is looked at needs. */
export class BaseMap {
  readonly layers: readonly [VectorLayer, VectorLayer];
  readonly #land = new VectorSource({ wrapX: true });
  readonly #lines = new VectorSource({ wrapX: true });
  readonly #worlds = new Map<string, Promise<World>>();
  #plane: ViewPlane;
  #shown = '';

  constructor(plane: ViewPlane) {
    this.#plane = plane;
    const options = { updateWhileAnimating: true, updateWhileInteracting: true };
    this.layers = [
      new VectorLayer({ source: this.#land, ...options, declutter: true }),
      new VectorLayer({ source: this.#lines, ...options }),
    ];
  }

  setColours(colours: MapColours): void {
    const [land, lines] = this.layers;
    const fill = new Style({ fill: new Fill({ color: colours.land }) });
    const label = new Text({
      font: '600 12px system-ui, sans-serif',
      fill: new Fill({ color: colours.label }),
      stroke: new Stroke({ color: colours.halo, width: 3 }),
      overflow: false,
    });
    const labelled = new Style({ fill: new Fill({ color: colours.land }), text: label });
    land.setStyle((one, resolution) => {
      if (resolution > 20_000) return fill;
      label.setText(String(one.get('name')));
      return labelled;
    });
    lines.setStyle(new Style({ stroke: new Stroke({ color: colours.coast, width: 0.6 }) }));
  }

  /** Draws in another plane. */
  async setPlane(plane: ViewPlane, metresPerPixel: number): Promise<void> {
    this.#plane = plane;
    this.#shown = '';
    await this.show(metresPerPixel);
  }

  /** Makes sure that the map is fine enough for a scale. */
  async show(metresPerPixel: number): Promise<void> {
    const { url } = scales.find(({ least }) => metresPerPixel >= least) ?? scales[2];
    const wanted = `${url} ${this.#plane.code}`;
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    const world = this.#worlds.get(url) ?? loadWorld(url);
    this.#worlds.set(url, world);
    const loaded = await world.catch(() => null);
    if (loaded === null) this.#worlds.delete(url);
    if (loaded === null || this.#shown !== wanted) return;
    this.#draw(loaded);
  }

  #draw({ lands, lines }: World): void {
    const plane = this.#plane;
    const area = plane.areaOfUse;
    this.#land.clear(true);
    this.#land.addFeatures(
      lands.flatMap(({ name, polygons }) => {
        const drawn = polygons
          .map((polygon) => polygon.map((ring) => drawRing(plane, ring)).filter((ring) => ring.length > 3))
          .filter((polygon) => polygon.length > 0);
        return drawn.length === 0 ? [] : [new Feature({ geometry: new MultiPolygon(drawn), name })];
      }),
    );
    this.#lines.clear(true);
    this.#lines.addFeatures(
      lines.flatMap((line) => {
        const inside = area === null ? line : onTurn(line, area).filter((position) => isIn(position, area));
        const drawn = inside.length < 2 ? [] : toPlane(plane, inside);
        return drawn.length < 2 ? [] : [new Feature(new LineString(drawn))];
      }),
    );
  }
}

function drawRing(plane: ViewPlane, ring: Ring): [number, number][] {
  const area = plane.areaOfUse;
  if (area === null) return toPlane(plane, ring);
  const clipped = clipRing(onTurn(ring, area), area);
  return clipped.length < 4 ? [] : toPlane(plane, clipped);
}

/** Brings a line to the turn of the globe that an area is on. */
function onTurn(line: Ring, area: Box): Ring {
  const bounds = boundsOf([[line]]);
  if (bounds === null) return line;
  const turn = 360 * Math.round(((area[0] + area[2]) / 2 - (bounds[0] + bounds[2]) / 2) / 360);
  return turn === 0 ? line : line.map(([x, y]) => [x + turn, y] as const);
}

function isIn([x, y]: LonLat, [west, south, east, north]: Box): boolean {
  return x >= west && x <= east && y >= south && y <= north;
}

async function loadWorld(url: string): Promise<World> {
  const topology = (await (await fetch(url)).json()) as Topology<{
    countries: GeometryCollection<{ name?: string }>;
  }>;
  const { countries } = topology.objects;
  const lands = feature(topology, countries).features.map(({ geometry, properties }) => ({
    name: properties?.name ?? '',
    polygons: (
      (geometry.type === 'Polygon'
        ? [geometry.coordinates]
        : geometry.type === 'MultiPolygon'
          ? geometry.coordinates
          : []) as unknown as Ring[][]
    ).map((polygon) => polygon.map(inOnePiece)),
  }));
  const lines = (mesh(topology, countries).coordinates as unknown as Ring[])
    .map(inOnePiece)
    .flatMap(withoutSeam);
  return { lands, lines };
}

/** Longitudes run on across 180 degrees, but for Antarctica, which goes round. */
function inOnePiece(line: Ring): Ring {
  return line.some(([, y]) => y < -89) ? line : unwrapRing(line);
}

/** Natural Earth cuts land at 180 degrees; that edge is none. */
function withoutSeam(line: Ring): Ring[] {
  const isSeam = ([x, y]: LonLat): boolean => Math.abs(Math.abs(x) - 180) < 1e-3 || y < -89.9;
  if (!line.some(isSeam)) return [line];
  const pieces: LonLat[][] = [[]];
  for (const position of line) {
    if (isSeam(position)) pieces.push([]);
    else pieces.at(-1)?.push(position);
  }
  return pieces.filter((piece) => piece.length > 1);
}
