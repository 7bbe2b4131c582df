import { type GeometryArray, type GeometryKind, geometryKind } from '../features/geometry-array.ts';
import { familyOf, type ShapeFamily } from './shape-type.ts';
import type { TextBuffer } from './text-buffer.ts';

const space = 32;
const lineFeed = 10;
const pen = '    Pen (1,2,0)\n';
/** MapInfo's own style of each family, areas without a filling. */
const styles: Readonly<Record<ShapeFamily, string>> = {
  point: '    Symbol (35,0,12)\n',
  multipoint: '    Symbol (35,0,12)\n',
  line: pen,
  polygon: `${pen}    Brush (1,0,16777215)\n`,
};
/** Positions that a line and a ring have at least. */
const leastPositions = 2;
/** The parts of a collection, in their order: at most one of each. */
const partFamilies = ['polygon', 'line', 'multipoint'] as const;

/** Parts of an array that are one shape. */
type Parts = readonly number[];

/** Writes geometries as the shapes of a `.mif` (MapInfo Interchange Format, the data section). */
export class MifShapeWriter {
  readonly #text: TextBuffer;
  readonly #decimals: number | null;
  /** Those of the shape being written. */
  readonly #parts: number[] = [];
  #isCompleted = false;

  /** @param decimals of coordinates; null for fifteen digits */
  constructor(text: TextBuffer, decimals: number | null) {
    this.#text = text;
    this.#decimals = decimals;
  }

  /** Whether the last shape got a position that it did not have. */
  get isCompleted(): boolean {
    return this.#isCompleted;
  }

  /** Writes feature i; nothing of it where it has no position. */
  write(geometry: GeometryArray, feature: number): void {
    this.#isCompleted = false;
    const kind = geometry.kinds[feature] as GeometryKind;
    const first = geometry.featureParts[feature]!;
    const end = geometry.featureParts[feature + 1]!;
    if (first === end) return this.#text.ascii('NONE\n');
    if (kind === geometryKind.line) return this.#writeLine(geometry, geometry.partRings[first]!);
    this.#parts.length = 0;
    for (let part = first; part < end; part++) this.#parts.push(part);
    const family = familyOf(kind);
    if (family === undefined) this.#writeCollection(geometry, this.#parts);
    else this.#writeShape(geometry, this.#parts, family);
  }

  #writeShape(geometry: GeometryArray, parts: Parts, family: ShapeFamily): void {
    switch (family) {
      case 'point':
        this.#text.ascii('Point ');
        this.#writePositions(geometry, parts);
        break;
      case 'multipoint':
        this.#writeCount('MultiPoint', parts.length);
        this.#writePositions(geometry, parts);
        break;
      case 'line':
        this.#writeCount('Pline Multiple', parts.length);
        this.#writeRings(geometry, parts);
        break;
      case 'polygon':
        this.#writeCount('Region', ringCount(geometry, parts));
        this.#writeRings(geometry, parts);
        break;
    }
    this.#text.ascii(styles[family]);
  }

  /** A collection of MapInfo's has one region, one set of lines and one of points: parts of a kind are one. */
  #writeCollection(geometry: GeometryArray, parts: Parts): void {
    const sets = partFamilies.map((family) => ({ family, parts: partsOf(geometry, parts, family) }));
    const written = sets.filter((set) => set.parts.length > 0);
    this.#writeCount('Collection', written.length);
    for (const set of written) this.#writeShape(geometry, set.parts, set.family);
  }

  #writeLine(geometry: GeometryArray, ring: number): void {
    const { coordinates, stride, ringStarts } = geometry;
    const [first, end] = [ringStarts[ring]!, ringStarts[ring + 1]!];
    if (end - first !== leastPositions) {
      this.#text.ascii('Pline ');
      this.#writeRing(geometry, ring);
    } else {
      this.#text.ascii('Line ');
      this.#writePosition(coordinates, first * stride);
      this.#text.byte(space);
      this.#writePosition(coordinates, (first + 1) * stride);
      this.#text.byte(lineFeed);
    }
    this.#text.ascii(styles.line);
  }

  #writeRings(geometry: GeometryArray, parts: Parts): void {
    for (const part of parts) {
      const end = geometry.partRings[part + 1]!;
      for (let ring = geometry.partRings[part]!; ring < end; ring++) {
        this.#text.ascii('  ');
        this.#writeRing(geometry, ring);
      }
    }
  }

  /** The number of positions, and the positions. One alone, which is no line, comes twice. */
  #writeRing({ coordinates, stride, ringStarts }: GeometryArray, ring: number): void {
    const text = this.#text;
    const first = ringStarts[ring]!;
    const last = ringStarts[ring + 1]! - 1;
    const count = last - first + 1;
    text.number(Math.max(count, leastPositions));
    text.byte(lineFeed);
    text.lines({ coordinates, stride, first, last }, this.#decimals);
    if (count >= leastPositions) return;
    this.#isCompleted = true;
    text.lines({ coordinates, stride, first, last }, this.#decimals);
  }

  #writePositions({ coordinates, stride, partRings, ringStarts }: GeometryArray, parts: Parts): void {
    for (const part of parts) {
      const position = ringStarts[partRings[part]!]!;
      this.#text.lines({ coordinates, stride, first: position, last: position }, this.#decimals);
    }
  }

  #writePosition(coordinates: Float64Array, at: number): void {
    this.#text.coordinate(coordinates[at]!, this.#decimals);
    this.#text.byte(space);
    this.#text.coordinate(coordinates[at + 1]!, this.#decimals);
  }

  #writeCount(word: string, count: number): void {
    this.#text.ascii(`${word} ${count}\n`);
  }
}

function ringCount({ partRings }: GeometryArray, parts: Parts): number {
  return parts.reduce((sum, part) => sum + partRings[part + 1]! - partRings[part]!, 0);
}

function partsOf(geometry: GeometryArray, parts: Parts, family: ShapeFamily): Parts {
  return parts.filter((part) => {
    const own = familyOf(geometry.partKinds[part] as GeometryKind);
    return own === family || (own === 'point' && family === 'multipoint');
  });
}
