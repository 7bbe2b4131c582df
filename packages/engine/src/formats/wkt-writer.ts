import { type GeometryArray, type GeometryKind, geometryKind } from '../features/geometry-array.ts';
import type { TextBuffer } from './text-buffer.ts';

const comma = 44;
const space = 32;
const open = 40;
const close = 41;

const names: Readonly<Record<number, string>> = {
  [geometryKind.point]: 'POINT',
  [geometryKind.line]: 'LINESTRING',
  [geometryKind.polygon]: 'POLYGON',
  [geometryKind.multiPoint]: 'MULTIPOINT',
  [geometryKind.multiLine]: 'MULTILINESTRING',
  [geometryKind.multiPolygon]: 'MULTIPOLYGON',
  [geometryKind.collection]: 'GEOMETRYCOLLECTION',
};

/** Writes geometries as WKT (OGC 06-103r4, clause 7), `POLYGON Z ((…))`, into a text buffer. */
export class WktWriter {
  readonly #text: TextBuffer;
  readonly #decimals: number;

  constructor(text: TextBuffer, decimals: number) {
    this.#text = text;
    this.#decimals = decimals;
  }

  /** Writes feature i, which has a geometry. */
  write(geometry: GeometryArray, feature: number): void {
    const kind = geometry.kinds[feature] as GeometryKind;
    const first = geometry.featureParts[feature]!;
    const end = geometry.featureParts[feature + 1]!;
    this.#writeName(geometry, kind);
    if (first === end) {
      this.#text.ascii('EMPTY');
      return;
    }
    if (kind <= geometryKind.polygon) {
      this.#writePart(geometry, first);
      return;
    }
    this.#text.byte(open);
    for (let part = first; part < end; part++) {
      if (part > first) this.#text.byte(comma);
      if (kind === geometryKind.collection) this.#writeName(geometry, geometry.partKinds[part]!);
      this.#writePart(geometry, part);
    }
    this.#text.byte(close);
  }

  #writeName(geometry: GeometryArray, kind: number): void {
    const dimensions = `${geometry.hasZ ? 'Z' : ''}${geometry.hasM ? 'M' : ''}`;
    this.#text.ascii(dimensions === '' ? `${names[kind]} ` : `${names[kind]} ${dimensions} `);
  }

  #writePart(geometry: GeometryArray, part: number): void {
    const first = geometry.partRings[part]!;
    const end = geometry.partRings[part + 1]!;
    const isPolygon = geometry.partKinds[part] === geometryKind.polygon;
    if (isPolygon) this.#text.byte(open);
    for (let ring = first; ring < end; ring++) {
      if (ring > first) this.#text.byte(comma);
      this.#writeRing(geometry, ring);
    }
    if (isPolygon) this.#text.byte(close);
  }

  #writeRing({ coordinates, stride, ringStarts }: GeometryArray, ring: number): void {
    const text = this.#text;
    const first = ringStarts[ring]! * stride;
    const end = ringStarts[ring + 1]! * stride;
    text.byte(open);
    for (let k = first; k < end; k += stride) {
      if (k > first) text.byte(comma);
      text.fixedPair(coordinates[k]!, space, coordinates[k + 1]!, this.#decimals);
      for (let value = 2; value < stride; value++) {
        text.byte(space);
        text.fixed(coordinates[k + value]!, this.#decimals);
      }
    }
    text.byte(close);
  }
}
