import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';

import { unwrapRing } from '../area/antimeridian.ts';
import { type Box, boundsOf, boxHolds, type LonLat, type Ring } from '../area/polygons.ts';
import { clipRing } from './clip-ring.ts';

/** Countries and the lines between them and along the sea, in degrees, each with the box around it. */
export interface World {
  readonly lands: readonly { readonly name: string; readonly polygons: readonly BoxedPolygon[] }[];
  readonly lines: readonly BoxedLine[];
}

interface BoxedLine {
  readonly line: Ring;
  readonly box: Box;
}

interface BoxedPolygon {
  readonly rings: readonly Ring[];
  readonly box: Box;
}

/** What of the world is wanted. */
export interface WorldPart {
  /** East may be beyond 180; null for the whole earth. */
  readonly box: Box | null;
  /** What is smaller than this is left out: degrees of longitude. */
  readonly tolerance: number;
}

/** A part of the world, cut to its box. */
export interface WorldPieces {
  readonly lands: readonly { readonly name: string; readonly polygons: readonly (readonly Ring[])[] }[];
  readonly lines: readonly Ring[];
}

/** Topology of Natural Earth, as the package world-atlas has it. */
export type WorldTopology = Topology<{ countries: GeometryCollection<{ name?: string }> }>;

/** The world of a topology. Longitudes run on across 180 degrees, but for Antarctica, which goes round. */
export function readWorld(topology: WorldTopology): World {
  const { countries } = topology.objects;
  const lands = feature(topology, countries).features.map(({ geometry, properties }) => {
    const polygons =
      geometry.type === 'Polygon'
        ? [geometry.coordinates]
        : geometry.type === 'MultiPolygon'
          ? geometry.coordinates
          : [];
    return { name: properties?.name ?? '', polygons: (polygons as unknown as Ring[][]).map(boxed) };
  });
  // Each arc of a topology is a stretch of a coast or of a border, and is there once.
  const arcs = topology.arcs.map((_, at) => feature(topology, { type: 'LineString', arcs: [at] }));
  const lines = arcs
    .map(({ geometry }) => inOnePiece(geometry.coordinates as unknown as Ring))
    .flatMap(withoutSeam)
    .map((line) => ({ line, box: boundsOf([[line]])! }));
  return { lands, lines };
}

/** The part of a world that is wanted, without what could not be seen. */
export function worldPieces({ lands, lines }: World, { box, tolerance }: WorldPart): WorldPieces {
  const turns = box === null ? [wholeEarth] : turnsOf(box);
  return {
    lands: lands.flatMap(({ name, polygons }) => {
      const drawn = turns.flatMap((turn) =>
        polygons
          .filter((polygon) => meets(polygon.box, turn))
          .map((polygon) => cutPolygon(polygon, turn, tolerance))
          .filter((rings) => rings.length > 0),
      );
      return drawn.length === 0 ? [] : [{ name, polygons: drawn }];
    }),
    lines: turns.flatMap((turn) =>
      lines.filter(({ box: around }) => meets(around, turn)).flatMap((one) => cutLine(one, turn, tolerance)),
    ),
  };
}

const wholeEarth: Box = [-Infinity, -Infinity, Infinity, Infinity];

/** A box on each turn of the globe on which it can meet the world, which is there once, a little beyond 180 degrees. */
function turnsOf([west, south, east, north]: Box): Box[] {
  const turns: Box[] = [];
  const shift = -360 * Math.ceil((east + 200) / 360);
  for (let turn = shift; west + turn < 200; turn += 360) {
    if (east + turn > -200) turns.push([west + turn, south, east + turn, north]);
  }
  return turns;
}

function cutPolygon({ rings, box }: BoxedPolygon, turn: Box, tolerance: number): Ring[] {
  return rings.flatMap((ring) => {
    const cut = boxHolds(turn, box) ? ring : clipRing(ring, turn);
    const thinned = cut.length < 4 ? [] : thin(cut, tolerance);
    return thinned.length < 4 ? [] : [thinned];
  });
}

/** The stretches of a line that are in a box, each with the positions next to it outside. */
function cutLine({ line, box }: BoxedLine, turn: Box, tolerance: number): Ring[] {
  const thinned = thin(line, tolerance);
  if (boxHolds(turn, box)) return [thinned];
  const stretches: LonLat[][] = [];
  let current: LonLat[] | null = null;
  let from: LonLat | undefined;
  for (const to of thinned) {
    if (from === undefined || !meets(around(from, to), turn)) {
      current = null;
    } else {
      if (current === null) stretches.push((current = [from]));
      current.push(to);
    }
    from = to;
  }
  return stretches;
}

function around([x1, y1]: LonLat, [x2, y2]: LonLat): Box {
  return [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
}

/** Without positions that are nearer to the one before than can be seen; towards the poles, degrees of latitude are drawn longer. */
function thin(line: Ring, tolerance: number): Ring {
  const kept: LonLat[] = [];
  let last: LonLat | undefined;
  for (const [at, position] of line.entries()) {
    const isEnd = at === 0 || at === line.length - 1;
    const isFar =
      last === undefined ||
      Math.abs(position[0] - last[0]) > tolerance ||
      Math.abs(position[1] - last[1]) > tolerance * Math.cos((position[1] * Math.PI) / 180);
    if (!isEnd && !isFar) continue;
    kept.push(position);
    last = position;
  }
  return kept;
}

function boxed(polygon: readonly Ring[]): BoxedPolygon {
  const rings = polygon.map(inOnePiece);
  return { rings, box: boundsOf([rings])! };
}

function meets(a: Box, b: Box): boolean {
  return a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1];
}

function inOnePiece(line: Ring): Ring {
  return line.some(([, y]) => y < -89) ? line : unwrapRing(line);
}

/** Natural Earth cuts land at 180 degrees; that edge is none. */
function withoutSeam(line: Ring): Ring[] {
  const isSeam = ([x, y]: LonLat): boolean => Math.abs(Math.abs(x) - 180) < 1e-3 || y < -89.9;
  if (!line.some(isSeam)) return line.length > 1 ? [line] : [];
  const pieces: LonLat[][] = [[]];
  for (const position of line) {
    if (isSeam(position)) pieces.push([]);
    else pieces.at(-1)?.push(position);
  }
  return pieces.filter((piece) => piece.length > 1);
}
