import { EngineError } from '../engine-error.ts';
import { type GeometryKind, geometryKind } from './geometry-array.ts';
import type { GeometryBuilder } from './geometry-builder.ts';

/** No real geometry is nested so deep; a hostile one could be, to exhaust the stack. */
const maxDepth = 32;
/** Rings shorter than this are read value by value: a copy of bytes has a price of its own. */
const copyFrom = 8;

/**
 * Reads WKB (ISO and extended, either byte order) into a builder, one geometry a feature. Values that the builder has
 * no room for (Z or M) are dropped; those that the geometry lacks are 0 for Z and NaN for M. A point of NaN is empty
 * (GeoPackage 1.3, 2.1.3.1.2).
 */
export class WkbReader {
  readonly #builder: GeometryBuilder;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #bytes: Uint8Array = new Uint8Array(0);
  #position = 0;
  #end = 0;
  /** Whether the last geometry was a collection that held collections or multi geometries: only their parts are kept. */
  wasFlattened = false;
  /** Whether the last geometry had no Z or no M, where the builder wants one. */
  lackedZ = false;
  lackedM = false;

  constructor(builder: GeometryBuilder) {
    this.#builder = builder;
  }

  /** Appends the geometry from `start` to `end` of `bytes` as one more feature. Throws EngineError `source-corrupt`. */
  append(bytes: Uint8Array, start: number, end: number = bytes.length): void {
    if (this.#bytes !== bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    this.#position = start;
    this.#end = end;
    this.#forgetLast();
    try {
      this.#builder.endFeature(this.#readParts(0));
    } catch (error) {
      if (error instanceof RangeError) throw corrupt('it ends in the middle of a geometry', error);
      throw error;
    }
  }

  /** Appends a feature without a geometry. */
  appendNone(): void {
    this.#forgetLast();
    this.#builder.endFeature(geometryKind.none);
  }

  #forgetLast(): void {
    this.wasFlattened = false;
    this.lackedZ = false;
    this.lackedM = false;
  }

  #readParts(depth: number): GeometryKind {
    if (depth > maxDepth) throw corrupt(`its geometries are nested more than ${maxDepth} deep`);
    this.#require(5);
    const view = this.#view;
    const little = view.getUint8(this.#position) === 1;
    const type = view.getUint32(this.#position + 1, little);
    this.#position += 5;
    const base = type & 0x0fffffff;
    const code = base < 4000 ? base % 1000 : 0;
    const hasZ = (type & 0x80000000) !== 0 || (base >= 1000 && base < 2000) || base >= 3000;
    const hasM = (type & 0x40000000) !== 0 || base >= 2000;
    if ((type & 0x20000000) !== 0) this.#position += 4;
    switch (code) {
      case geometryKind.point:
        this.#readPoint(little, hasZ, hasM);
        break;
      case geometryKind.line: {
        const count = this.#readCount(little);
        if (count > 0) {
          this.#readRing(count, little, hasZ, hasM);
          this.#builder.endPart(geometryKind.line);
        }
        break;
      }
      case geometryKind.polygon:
        this.#readPolygon(little, hasZ, hasM);
        break;
      case geometryKind.multiPoint:
      case geometryKind.multiLine:
      case geometryKind.multiPolygon:
      case geometryKind.collection: {
        const count = this.#readCount(little);
        for (let part = 0; part < count; part++) {
          const kind = this.#readParts(depth + 1);
          if (kind > geometryKind.polygon) this.wasFlattened = true;
        }
        break;
      }
      default:
        throw new EngineError(
          'unsupported-geometry',
          `WKB geometry type ${type} is not supported; convert curves and surfaces first, for example with ogr2ogr -nlt CONVERT_TO_LINEAR`,
        );
    }
    return code;
  }

  /** Behind the end there may be more bytes, of another geometry. */
  #require(bytes: number): void {
    if (this.#position + bytes > this.#end) throw corrupt('it ends in the middle of a geometry');
  }

  #readCount(little: boolean): number {
    this.#require(4);
    const count = this.#view.getUint32(this.#position, little);
    this.#position += 4;
    return count;
  }

  #readPoint(little: boolean, hasZ: boolean, hasM: boolean): void {
    this.#require(16);
    const isEmpty = Number.isNaN(this.#view.getFloat64(this.#position, little));
    if (isEmpty) {
      this.#position += 8 * (2 + Number(hasZ) + Number(hasM));
      return;
    }
    this.#readRing(1, little, hasZ, hasM);
    this.#builder.endPart(geometryKind.point);
  }

  #readPolygon(little: boolean, hasZ: boolean, hasM: boolean): void {
    const rings = this.#readCount(little);
    let kept = 0;
    for (let ring = 0; ring < rings; ring++) {
      const count = this.#readCount(little);
      if (count === 0) continue;
      this.#readRing(count, little, hasZ, hasM);
      kept += 1;
    }
    if (kept > 0) this.#builder.endPart(geometryKind.polygon);
  }

  #readRing(count: number, little: boolean, hasZ: boolean, hasM: boolean): void {
    const builder = this.#builder;
    const sourceStride = 2 + Number(hasZ) + Number(hasM);
    const size = count * sourceStride * 8;
    const from = this.#position;
    if (from + size > this.#end) throw corrupt(`a ring claims ${count} positions, more than there are bytes`);
    const start = builder.reserve(count);
    if (little && count >= copyFrom && hasZ === builder.hasZ && hasM === builder.hasM) {
      builder.bytes.set(this.#bytes.subarray(from, from + size), start * 8);
    } else {
      if (builder.hasZ && !hasZ) this.lackedZ = true;
      if (builder.hasM && !hasM) this.lackedM = true;
      this.#readValues(start, count, { little, hasZ, hasM });
    }
    this.#position = from + size;
    builder.endRing(count);
  }

  #readValues(start: number, count: number, layout: { little: boolean; hasZ: boolean; hasM: boolean }): void {
    const { coordinates, hasZ, hasM } = this.#builder;
    const { little } = layout;
    const view = this.#view;
    const sourceStride = 8 * (2 + Number(layout.hasZ) + Number(layout.hasM));
    let from = this.#position;
    let to = start;
    for (let k = 0; k < count; k++, from += sourceStride) {
      coordinates[to++] = view.getFloat64(from, little);
      coordinates[to++] = view.getFloat64(from + 8, little);
      if (hasZ) coordinates[to++] = layout.hasZ ? view.getFloat64(from + 16, little) : 0;
      if (hasM)
        coordinates[to++] = layout.hasM ? view.getFloat64(from + (layout.hasZ ? 24 : 16), little) : NaN;
    }
  }
}

function corrupt(what: string, cause?: unknown): EngineError {
  return new EngineError('source-corrupt', `A geometry is damaged: ${what}.`, { cause });
}
