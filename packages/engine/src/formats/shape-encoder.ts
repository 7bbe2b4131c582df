import { envelopeOfPositions, type GeometryArray } from '../features/geometry-array.ts';
import { turnClockwise } from './ring-order.ts';
import { type ShapeFamily, shapeType } from './shape-type.ts';

const recordHeaderBytes = 8;

/** A run of parts of one geometry: what becomes one shape. */
export interface PartRange {
  readonly first: number;
  readonly end: number;
}

/** A run of records of a `.shp`, numbered from 1 as if they were the first. */
export interface ShapeRecords {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of each record, its header included. */
  readonly lengths: Uint32Array<ArrayBuffer>;
  /** minX minY maxX maxY, then least and greatest Z and M; infinite where there is none. */
  readonly bounds: Float64Array<ArrayBuffer>;
}

/** Encodes shapes of one family as records of a `.shp` (ESRI Shapefile Technical Description, 1998). */
export class ShapeEncoder {
  readonly #family: ShapeFamily;
  readonly #hasZ: boolean;
  readonly #hasM: boolean;
  readonly #type: number;
  #bytes = new Uint8Array(1 << 20);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  #lengths: number[] = [];
  #bounds = noBounds();
  readonly #box = new Float64Array(4);

  constructor(options: { family: ShapeFamily; hasZ: boolean; hasM: boolean }) {
    this.#family = options.family;
    this.#hasZ = options.hasZ;
    this.#hasM = options.hasM;
    this.#type = shapeType(options.family, options.hasZ, options.hasM);
  }

  /** Appends a shape of some parts of a geometry; a null shape where there are none. */
  append(geometry: GeometryArray, parts: PartRange): void {
    const size = this.#sizeOf(geometry, parts);
    this.#require(size);
    this.#lengths.push(size);
    this.#view.setUint32(this.#length, this.#lengths.length);
    // Lengths are counted in 16-bit words.
    this.#view.setUint32(this.#length + 4, (size - recordHeaderBytes) / 2);
    this.#length += recordHeaderBytes;
    if (positionsOf(geometry, parts) === 0) this.#putInt(0);
    else if (this.#family === 'point') this.#appendPoint(geometry, parts);
    else this.#appendMany(geometry, parts);
  }

  /** The records so far, in memory of their own; the next begin anew. */
  take(): ShapeRecords {
    const records = {
      bytes: this.#bytes.slice(0, this.#length),
      lengths: Uint32Array.from(this.#lengths),
      bounds: this.#bounds,
    };
    this.#length = 0;
    this.#lengths = [];
    this.#bounds = noBounds();
    return records;
  }

  #sizeOf(geometry: GeometryArray, parts: PartRange): number {
    const rings = geometry.partRings[parts.end]! - geometry.partRings[parts.first]!;
    const positions = positionsOf(geometry, parts);
    const extra = Number(this.#hasZ) + Number(this.#hasM);
    if (positions === 0) return recordHeaderBytes + 4;
    if (this.#family === 'point') return recordHeaderBytes + 4 + 8 * (2 + extra);
    const counts = this.#family === 'multipoint' ? 4 : 8 + rings * 4;
    return recordHeaderBytes + 4 + 32 + counts + positions * 8 * (2 + extra) + extra * 16;
  }

  #appendPoint(geometry: GeometryArray, parts: PartRange): void {
    const at = geometry.ringStarts[geometry.partRings[parts.first]!]! * geometry.stride;
    this.#putInt(this.#type);
    for (let value = 0; value < geometry.stride; value++) {
      const number = geometry.coordinates[at + value]!;
      this.#putDouble(Number.isNaN(number) ? noData : number);
    }
    const [x, y] = [geometry.coordinates[at]!, geometry.coordinates[at + 1]!];
    this.#widen(0, x, y);
    this.#widen(2, x, y);
    if (this.#hasZ) this.#widenRange(4, geometry.coordinates[at + 2]!);
    if (this.#hasM) this.#widenRange(6, geometry.coordinates[at + geometry.stride - 1]!);
  }

  #appendMany(geometry: GeometryArray, parts: PartRange): void {
    const firstRing = geometry.partRings[parts.first]!;
    const endRing = geometry.partRings[parts.end]!;
    const first = geometry.ringStarts[firstRing]!;
    const end = geometry.ringStarts[endRing]!;
    // Outer rings clockwise, holes the other way (p. 8).
    if (this.#family === 'polygon') turnClockwise(geometry, parts);
    this.#putInt(this.#type);
    this.#putEnvelope(geometry, first, end);
    if (this.#family !== 'multipoint') this.#putInt(endRing - firstRing);
    this.#putInt(end - first);
    if (this.#family !== 'multipoint') {
      for (let ring = firstRing; ring < endRing; ring++) this.#putInt(geometry.ringStarts[ring]! - first);
    }
    this.#putPlane(geometry, first, end);
    if (this.#hasZ) this.#putMeasure(geometry, { first, end, value: 2, bound: 4 });
    if (this.#hasM) this.#putMeasure(geometry, { first, end, value: geometry.stride - 1, bound: 6 });
  }

  #putEnvelope(geometry: GeometryArray, first: number, end: number): void {
    envelopeOfPositions(geometry, { first, end }, this.#box);
    for (const side of this.#box) this.#putDouble(side);
    this.#widen(0, this.#box[0]!, this.#box[1]!);
    this.#widen(2, this.#box[2]!, this.#box[3]!);
  }

  #putPlane({ coordinates, stride }: GeometryArray, first: number, end: number): void {
    if (stride === 2) {
      const bytes = (end - first) * 16;
      this.#bytes.set(
        new Uint8Array(coordinates.buffer, coordinates.byteOffset + first * 16, bytes),
        this.#length,
      );
      this.#length += bytes;
      return;
    }
    for (let k = first * stride; k < end * stride; k += stride) {
      this.#putDouble(coordinates[k]!);
      this.#putDouble(coordinates[k + 1]!);
    }
  }

  #putMeasure(
    { coordinates, stride }: GeometryArray,
    { first, end, value, bound }: { first: number; end: number; value: number; bound: 4 | 6 },
  ): void {
    const range = this.#length;
    let [least, greatest] = [Infinity, -Infinity];
    this.#length += 16;
    for (let k = first; k < end; k++) {
      const measure = coordinates[k * stride + value]!;
      if (measure < least) least = measure;
      if (measure > greatest) greatest = measure;
      this.#putDouble(Number.isNaN(measure) ? noData : measure);
      this.#widenRange(bound, measure);
    }
    this.#view.setFloat64(range, least <= greatest ? least : noData, true);
    this.#view.setFloat64(range + 8, least <= greatest ? greatest : noData, true);
  }

  #widen(corner: 0 | 2, x: number, y: number): void {
    const choose = corner === 0 ? Math.min : Math.max;
    this.#bounds[corner] = choose(this.#bounds[corner]!, x);
    this.#bounds[corner + 1] = choose(this.#bounds[corner + 1]!, y);
  }

  #widenRange(bound: 4 | 6, value: number): void {
    if (Number.isNaN(value)) return;
    this.#bounds[bound] = Math.min(this.#bounds[bound]!, value);
    this.#bounds[bound + 1] = Math.max(this.#bounds[bound + 1]!, value);
  }

  #putInt(value: number): void {
    this.#view.setInt32(this.#length, value, true);
    this.#length += 4;
  }

  #putDouble(value: number): void {
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  #require(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#length + bytes, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Bounds that anything widens. */
export function noBounds(): Float64Array<ArrayBuffer> {
  return Float64Array.of(Infinity, Infinity, -Infinity, -Infinity, Infinity, -Infinity, Infinity, -Infinity);
}

/** Any M below -1e38 means that there is none (p. 2). */
const noData = -1e39;

function positionsOf(geometry: GeometryArray, parts: PartRange): number {
  return (
    geometry.ringStarts[geometry.partRings[parts.end]!]! -
    geometry.ringStarts[geometry.partRings[parts.first]!]!
  );
}
