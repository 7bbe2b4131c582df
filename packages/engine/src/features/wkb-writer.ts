import { type GeometryArray, type GeometryKind, geometryKind } from './geometry-array.ts';

/** How WKB is written. */
export interface WkbOptions {
  /** Write single points, lines and polygons as multi geometries of one part. */
  readonly promote: boolean;
}

/**
 * Writes geometries of an array as little-endian ISO WKB into one growing buffer, which holds until the next `reset`.
 */
export class WkbWriter {
  #buffer = Buffer.allocUnsafe(65_536);
  #view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.byteLength);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  reset(): void {
    this.#length = 0;
  }

  /** The bytes from `start` to the end, in place: valid until the next write. */
  bytesFrom(start: number): Buffer {
    return this.#buffer.subarray(start, this.#length);
  }

  /** Appends so many bytes without writing them; returns where they start. */
  skip(bytes: number): number {
    this.#require(bytes);
    const start = this.#length;
    this.#length += bytes;
    return start;
  }

  /** The memory being written to. Changes when it grows, so take it anew after each write. */
  get view(): DataView {
    return this.#view;
  }

  /** Appends feature i, which must not be of the kind `none`. */
  write(geometry: GeometryArray, feature: number, options: WkbOptions): void {
    const kind = geometry.kinds[feature] as GeometryKind;
    const first = geometry.featureParts[feature]!;
    const end = geometry.featureParts[feature + 1]!;
    const positions =
      geometry.ringStarts[geometry.partRings[end]!]! - geometry.ringStarts[geometry.partRings[first]!]!;
    const rings = geometry.partRings[end]! - geometry.partRings[first]!;
    this.#require(9 + (end - first) * 9 + rings * 4 + positions * geometry.stride * 8 + 32);
    if (kind <= geometryKind.polygon && !options.promote) {
      if (first === end) this.#writeEmpty(geometry, kind);
      else this.#writePart(geometry, first);
      return;
    }
    this.#writeHeader(geometry, kind <= geometryKind.polygon ? kind + 3 : kind);
    this.#writeCount(end - first);
    for (let part = first; part < end; part++) this.#writePart(geometry, part);
  }

  #writeEmpty(geometry: GeometryArray, kind: GeometryKind): void {
    this.#writeHeader(geometry, kind);
    if (kind !== geometryKind.point) {
      this.#writeCount(0);
      return;
    }
    for (let value = 0; value < geometry.stride; value++) {
      this.#view.setFloat64(this.#length, NaN, true);
      this.#length += 8;
    }
  }

  #writePart(geometry: GeometryArray, part: number): void {
    const kind = geometry.partKinds[part]!;
    this.#writeHeader(geometry, kind);
    const first = geometry.partRings[part]!;
    const end = geometry.partRings[part + 1]!;
    if (kind === geometryKind.polygon) this.#writeCount(end - first);
    for (let ring = first; ring < end; ring++) {
      const from = geometry.ringStarts[ring]!;
      const count = geometry.ringStarts[ring + 1]! - from;
      if (kind !== geometryKind.point) this.#writeCount(count);
      const bytes = count * geometry.stride * 8;
      const { buffer, byteOffset } = geometry.coordinates;
      const source = new Uint8Array(buffer, byteOffset + from * geometry.stride * 8, bytes);
      this.#buffer.set(source, this.#length);
      this.#length += bytes;
    }
  }

  #writeHeader(geometry: GeometryArray, kind: number): void {
    this.#view.setUint8(this.#length, 1);
    this.#view.setUint32(
      this.#length + 1,
      kind + Number(geometry.hasZ) * 1000 + Number(geometry.hasM) * 2000,
      true,
    );
    this.#length += 5;
  }

  #writeCount(count: number): void {
    this.#view.setUint32(this.#length, count, true);
    this.#length += 4;
  }

  #require(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#length + bytes, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer, larger.byteOffset, larger.byteLength);
  }
}
