import { EngineError } from '../engine-error.ts';
import type { GeometryArray } from '../features/geometry-array.ts';
import type { FileGdbBuffer } from './filegdb-buffer.ts';
import type { FileGdbGrid } from './filegdb-grid.ts';
import { turnClockwise } from './ring-order.ts';
import type { ShapeFamily } from './shape-type.ts';

/** Shape types by family: in the plane, with Z, with M, with both ("Extended Shapefile Record Format", Esri 2012). */
const shapeTypes: Readonly<Record<ShapeFamily, readonly [number, number, number, number]>> = {
  point: [1, 9, 21, 11],
  multipoint: [8, 20, 28, 18],
  line: [3, 10, 23, 13],
  polygon: [5, 19, 25, 15],
};
/** Bytes of a value, of the number of a ring's positions, and of all before them, at most. */
const most = { valueBytes: 8, countBytes: 5, headBytes: 48 } as const;

/** Where a shape lies: minX minY maxX maxY, as the file will have it and as it was. */
export interface ShapePlace {
  /** On the grid. */
  readonly box: Float64Array;
  /** Of all shapes so far, exact, and least and greatest Z; infinite and turned around where nothing has come. */
  readonly bounds: Float64Array;
}

/** Bounds that anything widens: minX minY maxX maxY, least and greatest Z. */
export function noShapeBounds(): Float64Array<ArrayBuffer> {
  return Float64Array.of(Infinity, Infinity, -Infinity, -Infinity, Infinity, -Infinity);
}

/** Writes geometries of one family as a File Geodatabase has them: differences of whole numbers on a grid. */
export class FileGdbShapeWriter {
  readonly #buffer: FileGdbBuffer;
  readonly #grid: FileGdbGrid;
  readonly #family: ShapeFamily;
  readonly #box = new Float64Array(4);

  constructor(buffer: FileGdbBuffer, grid: FileGdbGrid, family: ShapeFamily) {
    this.#buffer = buffer;
    this.#grid = grid;
    this.#family = family;
  }

  /**
   * Writes a feature that has positions.
   *
   * @throws EngineError `format-limit` where a value is not a number, or beyond the grid
   */
  write(geometry: GeometryArray, feature: number, place: ShapePlace): void {
    const { featureParts, partRings, ringStarts, stride, hasZ, hasM } = geometry;
    const [firstPart, endPart] = [featureParts[feature]!, featureParts[feature + 1]!];
    const [firstRing, endRing] = [partRings[firstPart]!, partRings[endPart]!];
    const [first, end] = [ringStarts[firstRing]!, ringStarts[endRing]!];
    const room = (end - first) * stride * most.valueBytes + (endRing - firstRing) * most.countBytes;
    this.#buffer.require(room + most.headBytes);
    this.#buffer.byte(shapeTypes[this.#family][Number(hasZ) + 2 * Number(hasM)]!);
    widen(geometry, { first, end }, place.bounds, this.#box);
    if (this.#family === 'point') {
      this.#writePoint(geometry, first, place.box);
      return;
    }
    this.#buffer.unsigned(end - first);
    if (this.#family !== 'multipoint') this.#buffer.unsigned(filledRings(geometry, firstRing, endRing));
    this.#writeBox(place.box);
    if (this.#family !== 'multipoint') this.#writeCounts(geometry, firstRing, endRing);
    if (this.#family === 'polygon') turnClockwise(geometry, { first: firstPart, end: endPart });
    this.#writePlane(geometry, first, end);
    if (hasZ) this.#writeValues(geometry, { first, end, value: 2 });
    if (hasM) this.#writeValues(geometry, { first, end, value: stride - 1 });
  }

  /** The values of a point count from 1: 0 says that it is empty. */
  #writePoint({ coordinates, stride, hasZ, hasM }: GeometryArray, position: number, box: Float64Array): void {
    const { xOrigin, yOrigin, xyScale, zOrigin, zScale, mOrigin, mScale } = this.#grid;
    const at = position * stride;
    const x = this.#node((coordinates[at]! - xOrigin) * xyScale + 1);
    const y = this.#node((coordinates[at + 1]! - yOrigin) * xyScale + 1);
    this.#buffer.unsigned(x);
    this.#buffer.unsigned(y);
    if (hasZ) this.#buffer.unsigned(this.#node((coordinates[at + 2]! - zOrigin) * zScale + 1));
    if (hasM) this.#buffer.unsigned(this.#node((coordinates[at + stride - 1]! - mOrigin) * mScale + 1));
    box[0] = box[2] = (x - 1) / xyScale + xOrigin;
    box[1] = box[3] = (y - 1) / xyScale + yOrigin;
  }

  #writeBox(box: Float64Array): void {
    const { xOrigin, yOrigin, xyScale } = this.#grid;
    const exact = this.#box;
    const left = this.#node((exact[0]! - xOrigin) * xyScale);
    const low = this.#node((exact[1]! - yOrigin) * xyScale);
    const width = this.#node((exact[2]! - exact[0]!) * xyScale);
    const height = this.#node((exact[3]! - exact[1]!) * xyScale);
    this.#buffer.unsigned(left);
    this.#buffer.unsigned(low);
    this.#buffer.unsigned(width);
    this.#buffer.unsigned(height);
    box[0] = left / xyScale + xOrigin;
    box[1] = low / xyScale + yOrigin;
    box[2] = (left + width) / xyScale + xOrigin;
    box[3] = (low + height) / xyScale + yOrigin;
  }

  /** Positions of each ring but the last, whose number follows from them. */
  #writeCounts({ ringStarts }: GeometryArray, firstRing: number, endRing: number): void {
    let last = 0;
    for (let ring = firstRing; ring < endRing; ring++) {
      const count = ringStarts[ring + 1]! - ringStarts[ring]!;
      if (count === 0) continue;
      if (last > 0) this.#buffer.unsigned(last);
      last = count;
    }
  }

  #writePlane({ coordinates, stride }: GeometryArray, first: number, end: number): void {
    const { xOrigin, yOrigin, xyScale } = this.#grid;
    const buffer = this.#buffer;
    let [lastX, lastY] = [0, 0];
    for (let at = first * stride; at < end * stride; at += stride) {
      // As the C library rounds; the numbers are positive wherever the box could be written.
      const x = Math.round((coordinates[at]! - xOrigin) * xyScale);
      const y = Math.round((coordinates[at + 1]! - yOrigin) * xyScale);
      buffer.signed(x - lastX);
      buffer.signed(y - lastY);
      lastX = x;
      lastY = y;
    }
  }

  #writeValues(
    { coordinates, stride, hasZ }: GeometryArray,
    { first, end, value }: { first: number; end: number; value: number },
  ): void {
    const isZ = hasZ && value === 2;
    const origin = isZ ? this.#grid.zOrigin : this.#grid.mOrigin;
    const scale = isZ ? this.#grid.zScale : this.#grid.mScale;
    let last = 0;
    for (let k = first; k < end; k++) {
      const exact = (coordinates[k * stride + value]! - origin) * scale;
      // Half away from zero, as the C library has it.
      const node = exact < 0 ? -Math.round(-exact) : Math.round(exact);
      if (!(Math.abs(node) <= Number.MAX_SAFE_INTEGER)) throw offGrid();
      this.#buffer.signed(node - last);
      last = node;
    }
  }

  /** The nearest node of the grid. */
  #node(exact: number): number {
    if (!(exact >= 0 && exact <= Number.MAX_SAFE_INTEGER)) throw offGrid();
    return Math.floor(exact + 0.5);
  }
}

function offGrid(): EngineError {
  return new EngineError(
    'format-limit',
    'A coordinate, Z or M is not a number, or beyond what a File Geodatabase holds. Choose another format, or a smaller area.',
  );
}

/** Rings that have a position: others have no place in the file. */
function filledRings({ ringStarts }: GeometryArray, firstRing: number, endRing: number): number {
  let filled = 0;
  for (let ring = firstRing; ring < endRing; ring++) {
    if (ringStarts[ring + 1]! > ringStarts[ring]!) filled += 1;
  }
  return filled;
}

/** Puts the box of some positions into `box`, and widens `bounds` by it and by their Z. */
function widen(
  { coordinates, stride, hasZ }: GeometryArray,
  { first, end }: { first: number; end: number },
  bounds: Float64Array,
  box: Float64Array,
): void {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = first * stride; at < end * stride; at += stride) {
    const x = coordinates[at]!;
    const y = coordinates[at + 1]!;
    if (!(x - x === 0 && y - y === 0)) throw offGrid();
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
    if (!hasZ) continue;
    const z = coordinates[at + 2]!;
    if (z < bounds[4]!) bounds[4] = z;
    if (z > bounds[5]!) bounds[5] = z;
  }
  box[0] = minX;
  box[1] = minY;
  box[2] = maxX;
  box[3] = maxY;
  bounds[0] = Math.min(bounds[0]!, minX);
  bounds[1] = Math.min(bounds[1]!, minY);
  bounds[2] = Math.max(bounds[2]!, maxX);
  bounds[3] = Math.max(bounds[3]!, maxY);
}
