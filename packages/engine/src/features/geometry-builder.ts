import type { GeometryArray, GeometryKind } from './geometry-array.ts';

/** Where a builder stood, so that what came after can be taken back. */
export interface GeometryMark {
  readonly length: number;
  readonly partCount: number;
  readonly ringCount: number;
  readonly positionCount: number;
}

/** Fills a `GeometryArray` feature by feature; arrays grow by doubling and are reused after `reset`. */
export class GeometryBuilder implements GeometryArray {
  readonly stride: number;
  readonly hasZ: boolean;
  readonly hasM: boolean;
  length = 0;
  partCount = 0;
  ringCount = 0;
  positionCount = 0;
  kinds = new Uint8Array(1024);
  featureParts = new Uint32Array(1025);
  partKinds = new Uint8Array(1024);
  partRings = new Uint32Array(1025);
  ringStarts = new Uint32Array(1025);
  coordinates = new Float64Array(16_384);
  /** The same memory as `coordinates`, for copying bytes in. */
  bytes = new Uint8Array(this.coordinates.buffer);

  constructor(hasZ: boolean, hasM: boolean) {
    this.hasZ = hasZ;
    this.hasM = hasM;
    this.stride = 2 + Number(hasZ) + Number(hasM);
  }

  reset(): void {
    this.rollback({ length: 0, partCount: 0, ringCount: 0, positionCount: 0 });
  }

  mark(): GeometryMark {
    const { length, partCount, ringCount, positionCount } = this;
    return { length, partCount, ringCount, positionCount };
  }

  rollback(mark: GeometryMark): void {
    this.length = mark.length;
    this.partCount = mark.partCount;
    this.ringCount = mark.ringCount;
    this.positionCount = mark.positionCount;
  }

  /** Ends a feature: everything added since the last one belongs to it. */
  endFeature(kind: GeometryKind): void {
    if (this.length === this.kinds.length) {
      this.kinds = grown(this.kinds, new Uint8Array(this.length * 2));
      this.featureParts = grown(this.featureParts, new Uint32Array(this.length * 2 + 1));
    }
    this.kinds[this.length] = kind;
    this.length += 1;
    this.featureParts[this.length] = this.partCount;
  }

  /** Ends a part: the rings added since the last one belong to it. */
  endPart(kind: GeometryKind): void {
    if (this.partCount === this.partKinds.length) {
      this.partKinds = grown(this.partKinds, new Uint8Array(this.partCount * 2));
      this.partRings = grown(this.partRings, new Uint32Array(this.partCount * 2 + 1));
    }
    this.partKinds[this.partCount] = kind;
    this.partCount += 1;
    this.partRings[this.partCount] = this.ringCount;
  }

  /** Ends a ring after `positions` more positions, whose values the caller has put or will put in place. */
  endRing(positions: number): void {
    if (this.ringCount + 2 > this.ringStarts.length) {
      this.ringStarts = grown(this.ringStarts, new Uint32Array(this.ringStarts.length * 2));
    }
    this.positionCount += positions;
    this.ringCount += 1;
    this.ringStarts[this.ringCount] = this.positionCount;
  }

  /** Makes room for so many more positions; returns the index of the first value in `coordinates`. */
  reserve(positions: number): number {
    const start = this.positionCount * this.stride;
    const needed = start + positions * this.stride;
    if (needed > this.coordinates.length) {
      const larger = new Float64Array(Math.max(needed, this.coordinates.length * 2));
      this.coordinates = grown(this.coordinates, larger);
      this.bytes = new Uint8Array(this.coordinates.buffer);
    }
    return start;
  }

  /** Copies feature i of another array of the same stride. */
  appendFeature(source: GeometryArray, feature: number): void {
    for (let p = source.featureParts[feature]!; p < source.featureParts[feature + 1]!; p++)
      this.appendPart(source, p);
    this.endFeature(source.kinds[feature] as GeometryKind);
  }

  /** Copies a part of another array of the same stride. */
  appendPart(source: GeometryArray, part: number): void {
    for (let r = source.partRings[part]!; r < source.partRings[part + 1]!; r++) {
      const first = source.ringStarts[r]!;
      const count = source.ringStarts[r + 1]! - first;
      const start = this.reserve(count);
      const from = source.coordinates.subarray(first * source.stride, (first + count) * source.stride);
      this.coordinates.set(from, start);
      this.endRing(count);
    }
    this.endPart(source.partKinds[part] as GeometryKind);
  }
}

function grown<T extends Uint8Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
