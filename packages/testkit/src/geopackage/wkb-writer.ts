import { type Coordinates, type Dimension, type FixtureGeometry, ordinateCount } from './geometry.ts';

const typeCodes = {
  Point: 1,
  LineString: 2,
  Polygon: 3,
  MultiPoint: 4,
  MultiLineString: 5,
  MultiPolygon: 6,
  GeometryCollection: 7,
} as const;

/** ISO WKB marks the ordinates by thousands. */
const dimensionOffsets: Readonly<Record<Dimension, number>> = { xy: 0, xyz: 1000, xym: 2000, xyzm: 3000 };

/** Writes ISO well-known binary into one buffer that is used again for each geometry. */
export class WkbWriter {
  readonly #dimension: Dimension;
  readonly #littleEndian: boolean;
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  constructor(dimension: Dimension, byteOrder: 'little' | 'big') {
    this.#dimension = dimension;
    this.#littleEndian = byteOrder === 'little';
  }

  /** The geometry as WKB. The bytes are valid until the next call. */
  encode(geometry: FixtureGeometry): Uint8Array {
    this.#length = 0;
    this.#writeGeometry(geometry);
    return this.#bytes.subarray(0, this.#length);
  }

  #writeGeometry(geometry: FixtureGeometry): void {
    this.#reserve(9);
    this.#bytes[this.#length++] = this.#littleEndian ? 1 : 0;
    this.#writeUint32(typeCodes[geometry.type] + dimensionOffsets[this.#dimension]);
    switch (geometry.type) {
      case 'Point':
        return this.#writePosition(geometry.coordinates);
      case 'LineString':
        return this.#writeRing(geometry.coordinates);
      case 'Polygon':
        return this.#writeRings(geometry.coordinates);
      case 'MultiPoint':
        return this.#writeParts(
          geometry.coordinates.map((coordinates) => ({ type: 'Point', coordinates }) as const),
        );
      case 'MultiLineString':
        return this.#writeParts(
          geometry.coordinates.map((coordinates) => ({ type: 'LineString', coordinates }) as const),
        );
      case 'MultiPolygon':
        return this.#writeParts(
          geometry.coordinates.map((coordinates) => ({ type: 'Polygon', coordinates }) as const),
        );
      case 'GeometryCollection':
        return this.#writeParts(geometry.geometries);
    }
  }

  #writeParts(parts: readonly FixtureGeometry[]): void {
    this.#writeUint32(parts.length);
    for (const part of parts) this.#writeGeometry(part);
  }

  #writeRings(rings: readonly (readonly Coordinates[])[]): void {
    this.#writeUint32(rings.length);
    for (const ring of rings) this.#writeRing(ring);
  }

  #writeRing(ring: readonly Coordinates[]): void {
    this.#writeUint32(ring.length);
    for (const position of ring) this.#writePosition(position);
  }

  /** An empty point has no form of its own in WKB: the GeoPackage specification asks for NaN ordinates. */
  #writePosition(position: Coordinates): void {
    const count = ordinateCount(this.#dimension);
    if (position.length !== 0 && position.length !== count) {
      throw new RangeError(
        `position [${position.join(', ')}] has ${position.length} ordinates; dimension ${this.#dimension} takes ${count}`,
      );
    }
    this.#reserve(count * 8);
    for (let ordinate = 0; ordinate < count; ordinate++) {
      this.#view.setFloat64(this.#length, position[ordinate] ?? Number.NaN, this.#littleEndian);
      this.#length += 8;
    }
  }

  #writeUint32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, this.#littleEndian);
    this.#length += 4;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
