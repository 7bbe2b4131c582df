import type { Geos, GeometryPointer } from '../crop/geos.ts';
import { polygonsToWkb } from '../crop/polygon-wkb.ts';
import {
  envelopeOfPositions,
  type GeometryArray,
  type GeometryKind,
  geometryKind,
  isMisplaced,
} from '../features/geometry-array.ts';
import { GeometryBuilder } from '../features/geometry-builder.ts';
import { WkbReader } from '../features/wkb-reader.ts';
import { WkbWriter } from '../features/wkb-writer.ts';
import type { CoordinateOperation } from './coordinate-operation.ts';
import { onTurnAround } from './lon-lat-extent.ts';
import { seamMargin, turnOf } from './seam.ts';

/** What a cutter needs beside GEOS. */
export interface SeamOptions {
  /** From the source to degrees: the target itself where it is geographic, else EPSG:4326. */
  readonly toDegrees: CoordinateOperation;
  /** From those degrees to the target; null where they are the target's own. */
  readonly fromDegrees: CoordinateOperation | null;
  /** Meridian in the middle of the data: longitudes are taken within 180 degrees of it. */
  readonly middle: number;
  /** The target's central meridian. */
  readonly centralMeridian: number;
}

/**
 * Brings geometries to a target whose plane has a seam amid the data (the antimeridian, for EPSG:4326), and cuts those
 * that lie across it in two: a line from 179 to -179 would else run around the world.
 */
export class SeamCutter {
  /** Features that were cut. */
  cut = 0;
  readonly #geos: Geos;
  readonly #options: SeamOptions;
  readonly #result: GeometryBuilder;
  readonly #part: GeometryBuilder;
  readonly #piece: GeometryBuilder;
  readonly #writer = new WkbWriter();
  readonly #box = new Float64Array(4);

  constructor(geos: Geos, options: SeamOptions, { hasZ, hasM }: { hasZ: boolean; hasM: boolean }) {
    this.#geos = geos;
    this.#options = options;
    this.#result = new GeometryBuilder(hasZ, hasM);
    this.#part = new GeometryBuilder(hasZ, hasM);
    this.#piece = new GeometryBuilder(hasZ, hasM);
  }

  /** The same features in the target. The source's coordinates are overwritten; the result holds until the next call. */
  async transform(geometry: GeometryArray): Promise<GeometryArray> {
    const { coordinates, stride, positionCount } = geometry;
    const { toDegrees, fromDegrees, middle } = this.#options;
    await toDegrees.transform({ coordinates, stride, count: positionCount });
    // Degrees that come from a projection jump at 180; a geographic source has its own numbering, which goes on.
    if (toDegrees.from.kind === 'projected') {
      for (let k = 0; k < positionCount * stride; k += stride)
        coordinates[k] = onTurnAround(coordinates[k]!, middle);
    }
    const result = this.#result;
    result.reset();
    for (let feature = 0; feature < geometry.length; feature++) this.#appendFeature(geometry, feature);
    const count = result.positionCount;
    await fromDegrees?.transform({ coordinates: result.coordinates, stride, count });
    return result;
  }

  #appendFeature(geometry: GeometryArray, feature: number): void {
    const result = this.#result;
    if (isMisplaced(geometry, feature)) {
      result.appendFeature(geometry, feature);
      return;
    }
    const before = result.partCount;
    let isCut = false;
    for (let part = geometry.featureParts[feature]!; part < geometry.featureParts[feature + 1]!; part++) {
      isCut = this.#appendPart(geometry, part) || isCut;
    }
    if (isCut) this.cut += 1;
    const kind = geometry.kinds[feature] as GeometryKind;
    const isWidened = kind <= geometryKind.polygon && result.partCount - before > 1;
    result.endFeature(isWidened ? ((kind + 3) as GeometryKind) : kind);
  }

  /** Appends a part, cut where it lies across the seam; returns whether it did. */
  #appendPart(geometry: GeometryArray, part: number): boolean {
    const first = geometry.ringStarts[geometry.partRings[part]!]!;
    const end = geometry.ringStarts[geometry.partRings[part + 1]!]!;
    envelopeOfPositions(geometry, { first, end }, this.#box);
    const { centralMeridian } = this.#options;
    const firstTurn = turnOf(this.#box[0]! + seamMargin, centralMeridian);
    const lastTurn = turnOf(this.#box[2]! - seamMargin, centralMeridian);
    if (firstTurn >= lastTurn) {
      const start = this.#result.positionCount;
      this.#result.appendPart(geometry, part);
      this.#shift(start, Math.min(firstTurn, lastTurn));
      return false;
    }
    this.#part.reset();
    this.#part.appendPart(geometry, part);
    this.#part.endFeature(geometry.partKinds[part] as GeometryKind);
    let sides = 0;
    for (let turn = firstTurn; turn <= lastTurn; turn++) if (this.#appendSide(turn)) sides += 1;
    return sides > 1;
  }

  /** Appends what of the part in `#part` lies on one turn; false where nothing does. */
  #appendSide(turn: number): boolean {
    const west = this.#options.centralMeridian - 180 + turn * 360;
    const side = this.#read(polygonsToWkb([[rectangle(west, west + 360)]]), 0);
    this.#writer.reset();
    this.#writer.write(this.#part, 0, { promote: false });
    const part = this.#valid(this.#read(this.#writer.bytesFrom(0), 0));
    const cut = this.#geos.intersection(part, side);
    this.#geos.destroy(part);
    this.#geos.destroy(side);
    if (cut === null) throw this.#geos.failure('cannot be cut at the antimeridian');
    this.#piece.reset();
    new WkbReader(this.#piece).append(this.#geos.write(cut), 0);
    this.#geos.destroy(cut);
    const start = this.#result.positionCount;
    let hasPart = false;
    for (let piece = 0; piece < this.#piece.partCount; piece++) {
      if (this.#piece.partKinds[piece] !== this.#part.kinds[0]) continue;
      this.#result.appendPart(this.#piece, piece);
      hasPart = true;
    }
    this.#shift(start, turn);
    return hasPart;
  }

  /**
   * Puts the result's positions from one on where their turn of the globe is in the target. On the seam itself a
   * projection could choose either side, so what goes on to one is kept a hair inside.
   */
  #shift(start: number, turn: number): void {
    const { coordinates, stride, positionCount } = this.#result;
    const { centralMeridian, fromDegrees } = this.#options;
    const inside = fromDegrees === null ? 0 : seamMargin;
    for (let k = start * stride; k < positionCount * stride; k += stride) {
      const longitude = coordinates[k]! - turn * 360;
      const least = centralMeridian - 180 + inside;
      const most = centralMeridian + 180 - inside;
      coordinates[k] = Number.isNaN(longitude) ? longitude : Math.min(Math.max(longitude, least), most);
    }
  }

  #read(wkb: Uint8Array, start: number): GeometryPointer {
    const geometry = this.#geos.read(wkb, start);
    if (geometry === null) throw this.#geos.failure('cannot be read');
    return geometry;
  }

  #valid(geometry: GeometryPointer): GeometryPointer {
    if (this.#geos.isValid(geometry)) return geometry;
    const repaired = this.#geos.makeValid(geometry);
    this.#geos.destroy(geometry);
    return repaired;
  }
}

function rectangle(west: number, east: number): (readonly [number, number])[] {
  return [
    [west, -91],
    [east, -91],
    [east, 91],
    [west, 91],
    [west, -91],
  ];
}
