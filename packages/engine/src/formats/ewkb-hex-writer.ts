import { type GeometryArray, type GeometryKind, geometryKind } from '../features/geometry-array.ts';

const zFlag = 0x8000_0000;
const mFlag = 0x4000_0000;
const sridFlag = 0x2000_0000;
/** Of NaN (IEEE 754), whose lower half is 0. */
const highHalfOfNan = 0x7ff8_0000;
/** Positions that PostGIS wants of a line and of a ring. */
const leastOfLine = 2;
const leastOfRing = 4;
/** Bytes of a header with SRID and count. */
const headerBytes = 13;
const digitCodes = Buffer.from('0123456789ABCDEF');
/** The four digits of every two bytes, the first in the lowest byte: numbers are looked up by two bytes at once. */
const digits = Uint32Array.from({ length: 1 << 16 }, (_, word) => {
  const first = digitAt(word, 4) | (digitAt(word, 0) << 8);
  return first | (digitAt(word, 12) << 16) | (digitAt(word, 8) << 24);
});

function digitAt(word: number, shift: number): number {
  return digitCodes[(word >> shift) & 15]!;
}

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
  readonly #srid: number;
  readonly #promote: boolean;
  #target = new DataView(new ArrayBuffer(131_072));
  #length = 0;
  /** The coordinates that `#words` are the memory of. */
  #coordinates: Float64Array = new Float64Array(0);
  #words: Uint16Array = new Uint16Array(0);
  #isCompleted = false;

  constructor({ srid, promote }: EwkbOptions) {
    this.#srid = srid;
    this.#promote = promote;
  }

  /** Whether the last geometry got a position that it did not have. */
  get isCompleted(): boolean {
    return this.#isCompleted;
  }

  /** The digits of feature i, which has a geometry, as ASCII: in place, valid until the next. */
  write(geometry: GeometryArray, feature: number): Uint8Array {
    this.#length = 0;
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
    this.#require(headerBytes);
    if (isSingle && !this.#promote) {
      if (first === end) this.#writeEmpty(geometry, kind);
      else this.#writePart(geometry, first, this.#srid);
    } else {
      this.#writeHeader(geometry, isSingle ? kind + 3 : kind, this.#srid);
      this.#writeInt(end - first);
      for (let part = first; part < end; part++) this.#writePart(geometry, part, 0);
    }
    return new Uint8Array(this.#target.buffer, 0, this.#length);
  }

  /** A point without a position is one of NaN. */
  #writeEmpty(geometry: GeometryArray, kind: GeometryKind): void {
    this.#writeHeader(geometry, kind, this.#srid);
    if (kind !== geometryKind.point) return this.#writeInt(0);
    this.#require(geometry.stride * 8);
    for (let value = 0; value < geometry.stride; value++) {
      this.#writeInt(0);
      this.#writeInt(highHalfOfNan);
    }
  }

  #writePart(geometry: GeometryArray, part: number, srid: number): void {
    const kind = geometry.partKinds[part] as GeometryKind;
    const first = geometry.partRings[part]!;
    const end = geometry.partRings[part + 1]!;
    this.#require(headerBytes);
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
    this.#require(4);
    this.#writeInt(Math.max(closed, least));
    this.#writePositions(geometry, from, count);
    if (!isOpen && count >= least) return;
    this.#isCompleted = true;
    if (isOpen) this.#writePositions(geometry, from, 1);
    const last = isOpen ? from : from + count - 1;
    for (let more = closed; more < least; more++) this.#writePositions(geometry, last, 1);
  }

  #writePositions({ stride }: GeometryArray, from: number, count: number): void {
    this.#require(count * stride * 8);
    const target = this.#target;
    const words = this.#words;
    const end = (from + count) * stride * 4;
    let to = this.#length;
    for (let at = from * stride * 4; at < end; at++, to += 4) target.setUint32(to, digits[words[at]!]!, true);
    this.#length = to;
  }

  #writeHeader({ hasZ, hasM }: GeometryArray, kind: number, srid: number): void {
    // One byte: little-endian.
    this.#target.setUint16(this.#length, digits[1]! & 0xffff, true);
    this.#length += 2;
    const flags = (hasZ ? zFlag : 0) + (hasM ? mFlag : 0) + (srid === 0 ? 0 : sridFlag);
    this.#writeInt(kind + flags);
    if (srid !== 0) this.#writeInt(srid);
  }

  #writeInt(value: number): void {
    this.#target.setUint32(this.#length, digits[value & 0xffff]!, true);
    this.#target.setUint32(this.#length + 4, digits[value >>> 16]!, true);
    this.#length += 8;
  }

  /** Makes room for the digits of so many bytes. */
  #require(bytes: number): void {
    const needed = this.#length + bytes * 2;
    if (needed <= this.#target.byteLength) return;
    const larger = new Uint8Array(Math.max(needed, this.#target.byteLength * 2));
    larger.set(new Uint8Array(this.#target.buffer, 0, this.#length));
    this.#target = new DataView(larger.buffer);
  }
}

function isClosed({ coordinates, stride }: GeometryArray, from: number, count: number): boolean {
  const [first, last] = [from * stride, (from + count - 1) * stride];
  return coordinates[first] === coordinates[last] && coordinates[first + 1] === coordinates[last + 1];
}
