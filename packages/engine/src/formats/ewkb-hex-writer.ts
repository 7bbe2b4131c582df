import { type GeometryArray, type GeometryKind, geometryKind } from '../features/geometry-array.ts';
import { writeHex } from './hex-digits.ts';
import type { TextBuffer } from './text-buffer.ts';

const littleEndian = '01';
const zFlag = 0x8000_0000;
const mFlag = 0x4000_0000;
const sridFlag = 0x2000_0000;
/** Of NaN (IEEE 754), whose lower half is 0. */
const highHalfOfNan = 0x7ff8_0000;
/** Positions that PostGIS wants of a line and of a ring. */
const leastOfLine = 2;
const leastOfRing = 4;
const digitsOfWord = 4;

/** What the geometries are written as. */
export interface EwkbOptions {
  /** 0 for none. */
  readonly srid: number;
  /** Write single points, lines and polygons as multi geometries of one part. */
  readonly promote: boolean;
}

/**
 * Writes geometries as PostGIS reads them in a COPY: EWKB in hexadecimal digits, little-endian. Lines and rings that have
 * fewer positions than PostGIS takes get the last one again, rings that are open get their first: one of those would stop
 * the load of all.
 */
export class EwkbHexWriter {
  readonly #text: TextBuffer;
  readonly #srid: number;
  readonly #promote: boolean;
  /** The coordinates that `#words` are the memory of. */
  #coordinates: Float64Array = new Float64Array(0);
  #words: Uint16Array = new Uint16Array(0);
  /** The two halves of an integer. */
  readonly #halves = new Uint16Array(2);
  #isCompleted = false;

  constructor(text: TextBuffer, { srid, promote }: EwkbOptions) {
    this.#text = text;
    this.#srid = srid;
    this.#promote = promote;
  }

  /** Whether the last geometry got a position that it did not have. */
  get isCompleted(): boolean {
    return this.#isCompleted;
  }

  /** Writes feature i, which has a geometry. */
  write(geometry: GeometryArray, feature: number): void {
    this.#isCompleted = false;
    if (this.#coordinates !== geometry.coordinates) {
      const { buffer, byteOffset, byteLength } = geometry.coordinates;
      this.#coordinates = geometry.coordinates;
      this.#words = new Uint16Array(buffer, byteOffset, byteLength / 2);
    }
    const kind = geometry.kinds[feature] as GeometryKind;
    const first = geometry.featureParts[feature]!;
    const end = geometry.featureParts[feature + 1]!;
    const isSingle = kind <= geometryKind.polygon;
    if (isSingle && !this.#promote) {
      if (first === end) this.#writeEmpty(geometry, kind);
      else this.#writePart(geometry, first, this.#srid);
    } else {
      this.#writeHeader(geometry, isSingle ? kind + 3 : kind, this.#srid);
      this.#writeInt(end - first);
      for (let part = first; part < end; part++) this.#writePart(geometry, part, 0);
    }
  }

  /** A point without a position is one of NaN. */
  #writeEmpty(geometry: GeometryArray, kind: GeometryKind): void {
    this.#writeHeader(geometry, kind, this.#srid);
    if (kind !== geometryKind.point) return this.#writeInt(0);
    for (let value = 0; value < geometry.stride; value++) {
      this.#writeInt(0);
      this.#writeInt(highHalfOfNan);
    }
  }

  #writePart(geometry: GeometryArray, part: number, srid: number): void {
    const kind = geometry.partKinds[part] as GeometryKind;
    const first = geometry.partRings[part]!;
    const end = geometry.partRings[part + 1]!;
    this.#writeHeader(geometry, kind, srid);
    if (kind === geometryKind.point) {
      this.#writePositions(geometry, geometry.ringStarts[first]!, 1);
      return;
    }
    if (kind === geometryKind.line) {
      this.#writeRing(geometry, first, leastOfLine);
      return;
    }
    this.#writeInt(end - first);
    for (let ring = first; ring < end; ring++) this.#writeRing(geometry, ring, leastOfRing);
  }

  #writeRing(geometry: GeometryArray, ring: number, least: number): void {
    const from = geometry.ringStarts[ring]!;
    const count = geometry.ringStarts[ring + 1]! - from;
    const isOpen = least === leastOfRing && !isClosed(geometry, from, count);
    const closed = count + Number(isOpen);
    this.#writeInt(Math.max(closed, least));
    this.#writePositions(geometry, from, count);
    if (!isOpen && count >= least) return;
    this.#isCompleted = true;
    if (isOpen) this.#writePositions(geometry, from, 1);
    const last = isOpen ? from : from + count - 1;
    for (let more = closed; more < least; more++) this.#writePositions(geometry, last, 1);
  }

  #writePositions({ stride }: GeometryArray, from: number, count: number): void {
    const wordsOfPosition = stride * 4;
    this.#writeWords(this.#words, from * wordsOfPosition, (from + count) * wordsOfPosition);
  }

  #writeHeader({ hasZ, hasM }: GeometryArray, kind: number, srid: number): void {
    this.#text.ascii(littleEndian);
    const flags = (hasZ ? zFlag : 0) + (hasM ? mFlag : 0) + (srid === 0 ? 0 : sridFlag);
    this.#writeInt(kind + flags);
    if (srid !== 0) this.#writeInt(srid);
  }

  #writeInt(value: number): void {
    this.#halves[0] = value & 0xffff;
    this.#halves[1] = value >>> 16;
    this.#writeWords(this.#halves, 0, this.#halves.length);
  }

  #writeWords(words: Uint16Array, from: number, end: number): void {
    const text = this.#text;
    text.require((end - from) * digitsOfWord);
    text.endAt(writeHex(text.view, text.length, { words, from, end }));
  }
}

function isClosed({ coordinates, stride }: GeometryArray, from: number, count: number): boolean {
  const [first, last] = [from * stride, (from + count - 1) * stride];
  return coordinates[first] === coordinates[last] && coordinates[first + 1] === coordinates[last + 1];
}
