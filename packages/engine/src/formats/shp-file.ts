import type { GeometryArray } from '../features/geometry-array.ts';
import { BlockFile } from './block-file.ts';
import { isTurned } from './ring-order.ts';
import { type ShapeFamily, shapeType } from './shape-type.ts';

const headerBytes = 100;
const recordHeaderBytes = 8;
const flushAt = 1 << 20;
/** Lengths and offsets are counted in 16-bit words. */
const words = (bytes: number): number => bytes / 2;

/** A run of parts of one geometry: what becomes one shape. */
export interface PartRange {
  readonly first: number;
  readonly end: number;
}

/** The `.shp` and `.shx` of one family of shapes (ESRI Shapefile Technical Description, 1998). */
export class ShpFile {
  readonly #shp: BlockFile;
  readonly #shx: BlockFile;
  readonly #family: ShapeFamily;
  readonly #hasZ: boolean;
  readonly #hasM: boolean;
  readonly #type: number;
  #bytes = new Uint8Array(1 << 21);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  readonly #index = new DataView(new ArrayBuffer(8 * 16_384));
  #indexed = 0;
  #records = 0;
  /** minX minY maxX maxY, then least and greatest Z and M. */
  readonly #bounds = new Float64Array([
    Infinity,
    Infinity,
    -Infinity,
    -Infinity,
    Infinity,
    -Infinity,
    Infinity,
    -Infinity,
  ]);

  constructor(path: string, options: { family: ShapeFamily; hasZ: boolean; hasM: boolean }) {
    this.#family = options.family;
    this.#hasZ = options.hasZ;
    this.#hasM = options.hasM;
    this.#type = shapeType(options.family, options.hasZ, options.hasM);
    this.#shp = new BlockFile(`${path}.shp`);
    this.#shx = new BlockFile(`${path}.shx`);
    this.#shp.append(new Uint8Array(headerBytes));
    this.#shx.append(new Uint8Array(headerBytes));
  }

  /** Bytes of the `.shp` so far. */
  get length(): number {
    return this.#shp.length + this.#length;
  }

  /** Bytes that a shape will take. */
  sizeOf(geometry: GeometryArray, parts: PartRange): number {
    const rings = geometry.partRings[parts.end]! - geometry.partRings[parts.first]!;
    const positions = positionsOf(geometry, parts);
    const extra = Number(this.#hasZ) + Number(this.#hasM);
    if (positions === 0) return recordHeaderBytes + 4;
    if (this.#family === 'point') return recordHeaderBytes + 4 + 8 * (2 + extra);
    const counts = this.#family === 'multipoint' ? 4 : 8 + rings * 4;
    return recordHeaderBytes + 4 + 32 + counts + positions * 8 * (2 + extra) + extra * 16;
  }

  /** Appends a shape of some parts of a geometry; a null shape where there are none. */
  append(geometry: GeometryArray, parts: PartRange): void {
    const size = this.sizeOf(geometry, parts);
    this.#require(size);
    this.#appendIndex(words(this.#shp.length + this.#length), words(size - recordHeaderBytes));
    this.#records += 1;
    this.#view.setUint32(this.#length, this.#records);
    this.#view.setUint32(this.#length + 4, words(size - recordHeaderBytes));
    this.#length += recordHeaderBytes;
    if (positionsOf(geometry, parts) === 0) this.#putInt(0);
    else if (this.#family === 'point') this.#appendPoint(geometry, parts);
    else this.#appendMany(geometry, parts);
    if (this.#length > flushAt) this.#flush();
  }

  /** Writes the headers and closes both files. */
  finish(): void {
    this.#flush();
    this.#shx.append(new Uint8Array(this.#index.buffer, 0, this.#indexed * 8));
    this.#indexed = 0;
    this.#shp.writeHead(this.#header(this.#shp.length));
    this.#shx.writeHead(this.#header(this.#shx.length));
    this.close();
  }

  close(): void {
    this.#shp.close();
    this.#shx.close();
  }

  #header(fileBytes: number): Uint8Array {
    const header = new DataView(new ArrayBuffer(headerBytes));
    header.setInt32(0, 9994);
    header.setInt32(24, words(fileBytes));
    header.setInt32(28, 1000, true);
    header.setInt32(32, this.#type, true);
    for (const [index, bound] of this.#bounds.entries()) {
      header.setFloat64(36 + index * 8, Number.isFinite(bound) ? bound : 0, true);
    }
    return new Uint8Array(header.buffer);
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
    if (this.#family === 'polygon') turnRings(geometry, parts);
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

  #putEnvelope({ coordinates, stride }: GeometryArray, first: number, end: number): void {
    let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let k = first * stride; k < end * stride; k += stride) {
      const x = coordinates[k]!;
      const y = coordinates[k + 1]!;
      if (x < minX) minX = x;
      if (x > maxX) maxX = x;
      if (y < minY) minY = y;
      if (y > maxY) maxY = y;
    }
    this.#putDouble(minX);
    this.#putDouble(minY);
    this.#putDouble(maxX);
    this.#putDouble(maxY);
    this.#widen(0, minX, minY);
    this.#widen(2, maxX, maxY);
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

  #appendIndex(offset: number, length: number): void {
    this.#index.setUint32(this.#indexed * 8, offset);
    this.#index.setUint32(this.#indexed * 8 + 4, length);
    this.#indexed += 1;
    if (this.#indexed * 8 < this.#index.byteLength) return;
    this.#shx.append(new Uint8Array(this.#index.buffer));
    this.#indexed = 0;
  }

  #require(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    this.#flush();
    if (bytes <= this.#bytes.length) return;
    this.#bytes = new Uint8Array(bytes * 2);
    this.#view = new DataView(this.#bytes.buffer);
  }

  #flush(): void {
    this.#shp.append(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
  }
}

/** Any M below -1e38 means that there is none (p. 2). */
const noData = -1e39;

function positionsOf(geometry: GeometryArray, parts: PartRange): number {
  return (
    geometry.ringStarts[geometry.partRings[parts.end]!]! -
    geometry.ringStarts[geometry.partRings[parts.first]!]!
  );
}

/** Outer rings clockwise, holes the other way (p. 8): turned in place, as nothing reads the block after its writer. */
function turnRings(geometry: GeometryArray, parts: PartRange): void {
  for (let part = parts.first; part < parts.end; part++) {
    for (let ring = geometry.partRings[part]!; ring < geometry.partRings[part + 1]!; ring++) {
      if (isTurned(geometry, { part, ring, outer: 'clockwise' })) reverseRing(geometry, ring);
    }
  }
}

function reverseRing({ coordinates, stride, ringStarts }: GeometryArray, ring: number): void {
  let low = ringStarts[ring]! * stride;
  let high = (ringStarts[ring + 1]! - 1) * stride;
  for (; low < high; low += stride, high -= stride) {
    for (let value = 0; value < stride; value++) {
      const kept = coordinates[low + value]!;
      coordinates[low + value] = coordinates[high + value]!;
      coordinates[high + value] = kept;
    }
  }
}
