import { type GeometryArray, type GeometryKind, geometryKind } from '../features/geometry-array.ts';
import type { FeatureBuffer } from './feature-buffer.ts';

/** Slots of the table `Geometry` (feature.fbs): ends xy z m t tm type parts. */
const slots = 8;
const bytesOfSlot = 2;
const vtableBytes = 4 + slots * bytesOfSlot;

/** Parts of an array, to be one geometry of a kind. */
export interface GeometryParts {
  readonly kind: GeometryKind;
  readonly first: number;
  readonly end: number;
}

/**
 * Writes geometries as tables `Geometry`, everything that a table points to behind it: offsets of flatbuffers only go
 * forward. The codes of its types are those of WKB.
 */
export class FlatGeobufGeometryWriter {
  readonly #buffer: FeatureBuffer;

  constructor(buffer: FeatureBuffer) {
    this.#buffer = buffer;
  }

  /** Writes a geometry of at least one position; returns where its table is. */
  write(geometry: GeometryArray, parts: GeometryParts): number {
    const isNested = parts.kind === geometryKind.multiPolygon || parts.kind === geometryKind.collection;
    return isNested ? this.#writeNested(geometry, parts) : this.#writeFlat(geometry, parts);
  }

  #writeFlat(geometry: GeometryArray, { kind, first, end }: GeometryParts): number {
    const buffer = this.#buffer;
    const firstRing = geometry.partRings[first]!;
    const endRing = geometry.partRings[end]!;
    const from = geometry.ringStarts[firstRing]!;
    const count = geometry.ringStarts[endRing]! - from;
    const { stride, hasZ, hasM, coordinates } = geometry;
    const hasEnds =
      kind === geometryKind.multiLine || (kind === geometryKind.polygon && endRing - firstRing > 1);
    const table = this.#writeTable(kind, { ends: hasEnds, xy: true, z: hasZ, m: hasM, parts: false });
    let field = table + 4;
    if (hasEnds) {
      this.#pointHere(field);
      field += 4;
      buffer.require((endRing - firstRing) * 4 + 16);
      buffer.int(endRing - firstRing);
      for (let ring = firstRing; ring < endRing; ring++) buffer.int(geometry.ringStarts[ring + 1]! - from);
    }
    const vector = (value: number, width: number): void => {
      buffer.require(16);
      buffer.align(8, 4);
      this.#pointHere(field);
      field += 4;
      buffer.int(count * width);
      buffer.doubles(coordinates, { from: from * stride + value, count, stride, width });
    };
    vector(0, 2);
    if (hasZ) vector(2, 1);
    if (hasM) vector(stride - 1, 1);
    return table;
  }

  #writeNested(geometry: GeometryArray, { kind, first, end }: GeometryParts): number {
    const buffer = this.#buffer;
    const table = this.#writeTable(kind, { ends: false, xy: false, z: false, m: false, parts: true });
    this.#pointHere(table + 4);
    const placed: number[] = [];
    for (let part = first; part < end; part++) if (hasPositions(geometry, part, part + 1)) placed.push(part);
    buffer.require(4 + placed.length * 4);
    buffer.int(placed.length);
    const offsets = buffer.length;
    for (let k = 0; k < placed.length; k++) buffer.int(0);
    for (const [k, part] of placed.entries()) {
      const offset = offsets + k * 4;
      const kindOfPart = geometry.partKinds[part] as GeometryKind;
      const at = this.#writeFlat(geometry, { kind: kindOfPart, first: part, end: part + 1 });
      buffer.patch(offset, at - offset);
    }
    return table;
  }

  /** A vtable and its table, whose offsets, in the order of the fields, are still to be set; returns where it is. */
  #writeTable(
    kind: GeometryKind,
    { ends, xy, z, m, parts }: Readonly<Record<'ends' | 'xy' | 'z' | 'm' | 'parts', boolean>>,
  ): number {
    const buffer = this.#buffer;
    buffer.require(vtableBytes + 40);
    buffer.align(4);
    const vtable = buffer.length;
    let next = 4;
    const place = (isThere: boolean): number => {
      if (!isThere) return 0;
      next += 4;
      return next - 4;
    };
    const places = [place(ends), place(xy), place(z), place(m), 0, 0, next, 0];
    if (parts) {
      places[7] = place(true);
      places[6] = next;
    }
    buffer.short(vtableBytes);
    buffer.short(next + 4);
    for (const offset of places) buffer.short(offset);
    const table = buffer.length;
    buffer.int(table - vtable);
    for (let at = 4; at < next; at += 4) buffer.int(0);
    buffer.int(kind);
    return table;
  }

  #pointHere(field: number): void {
    this.#buffer.patch(field, this.#buffer.length - field);
  }
}

/** Whether parts from one on to before another have any position. */
export function hasPositions({ partRings, ringStarts }: GeometryArray, first: number, end: number): boolean {
  return ringStarts[partRings[first]!]! < ringStarts[partRings[end]!]!;
}
