import type { Envelope } from '../features/geometry-array.ts';
import { clipToBox } from './clip-to-box.ts';
import { type FlatPolygons, flattenPolygons, flatToWkb } from './flat-polygons.ts';
import type { Geos, GeometryPointer, PreparedPointer } from './geos.ts';
import { growBox, RegionPlaces, roundingMargin } from './region-places.ts';
import type { RegionShape } from './region-shape.ts';

/** Cells no larger than a 256th of the region that have no more edges than this are not divided further. */
const enoughEdges = 64;
const leastDepth = 8;
/** A 2^16th of the region's width: dividing must end even where a hundred rings meet in one point. */
const maxDepth = 16;
/** A cell with more edges is not kept: what is asked for is cut out of it. */
const mostEdges = 256;
/** Pieces that are kept, as features that follow each other often lie together. */
const mostPieces = 1024;
/** How often a box is made a little larger before GEOS cuts the whole region to it. */
const mostAttempts = 4;

/** The region around one feature: as good as the whole region for anything inside the box it was asked for. */
export interface LocalRegion {
  readonly geometry: GeometryPointer;
  readonly prepared: PreparedPointer;
}

/**
 * Decides what a region does to features, at a cost that does not grow with the region's vertices: a feature on the edge meets
 * only the piece of the region around it. Pieces are cells of a quadtree of which nothing is stored but those in use.
 */
export class RegionIndex extends RegionPlaces {
  readonly #geos: Geos;
  readonly #shape: RegionShape;
  readonly #root: Envelope;
  /** By cell, the oldest first. */
  readonly #pieces = new Map<string, LocalRegion>();
  readonly #isDivided = new Map<string, boolean>();
  #temporary: LocalRegion | null = null;

  constructor(geos: Geos, shape: RegionShape) {
    super(shape);
    this.#geos = geos;
    this.#shape = shape;
    // Grown, so that the region's own boundary is nowhere on the edge of a cell.
    const [minX, minY, maxX, maxY] = shape.envelope;
    this.#root = growBox(shape.envelope, Math.max(maxX - minX, maxY - minY) * 0.01);
  }

  /**
   * The region around a box that lies on its edge: some of the region that holds all of it within the box and a margin
   * around, so that no artificial edge comes near. Valid until the next call.
   */
  around(box: Envelope): LocalRegion {
    this.#drop(this.#temporary);
    this.#temporary = null;
    const wanted = growBox(box, Math.max(box[2] - box[0], box[3] - box[1]) * 0.01 + roundingMargin(box));
    const cell = this.#smallestCell(wanted);
    const known = cell === null ? undefined : this.#pieces.get(cell.key);
    if (known !== undefined) return known;
    if (cell === null || this.tree.edgesNear(cell.box, mostEdges) === null) {
      this.#temporary = this.#cut(wanted);
      return this.#temporary;
    }
    const piece = this.#cut(cell.box);
    this.#keep(cell.key, piece);
    return piece;
  }

  [Symbol.dispose](): void {
    this.#drop(this.#temporary);
    this.#temporary = null;
    for (const piece of this.#pieces.values()) this.#drop(piece);
    this.#pieces.clear();
  }

  #keep(key: string, piece: LocalRegion): void {
    this.#pieces.set(key, piece);
    if (this.#pieces.size <= mostPieces) return;
    const [oldest] = this.#pieces;
    if (oldest === undefined) return;
    this.#pieces.delete(oldest[0]);
    this.#drop(oldest[1]);
  }

  #drop(piece: LocalRegion | null): void {
    if (piece === null) return;
    this.#geos.destroyPrepared(piece.prepared);
    this.#geos.destroy(piece.geometry);
  }

  /** The smallest cell around a box that is worth having; null where none is around it. */
  #smallestCell(box: Envelope): Cell | null {
    let cell: Cell = { key: '', box: this.#root, depth: 0 };
    if (!contains(cell.box, box)) return null;
    while (this.#isWorthDividing(cell)) {
      const quarter = quarters(cell).find((candidate) => contains(candidate.box, box));
      if (quarter === undefined) break;
      cell = quarter;
    }
    return cell;
  }

  #isWorthDividing({ key, box, depth }: Cell): boolean {
    if (depth < leastDepth) return true;
    if (depth === maxDepth) return false;
    let isDivided = this.#isDivided.get(key);
    if (isDivided === undefined) {
      isDivided = this.tree.edgesNear(box, enoughEdges) === null;
      this.#isDivided.set(key, isDivided);
    }
    return isDivided;
  }

  #cut(box: Envelope): LocalRegion {
    const margin = Math.max(box[2] - box[0], box[3] - box[1]) * 0.001 + roundingMargin(box);
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const polygons = clipToBox(this.#shape, this.tree, growBox(box, margin * attempt * 1.37));
      const geometry = polygons === null ? null : this.#read(polygons);
      if (geometry === null) continue;
      if (this.#geos.isValid(geometry)) return { geometry, prepared: this.#geos.prepare(geometry) };
      this.#geos.destroy(geometry);
    }
    return this.#cutExactly(box);
  }

  #cutExactly(box: Envelope): LocalRegion {
    const whole = this.#required(this.#shape);
    const frame = this.#required(flattenPolygons([[rectangle(box)]]));
    const geometry = this.#geos.intersection(whole, frame);
    this.#geos.destroy(whole);
    this.#geos.destroy(frame);
    if (geometry === null) throw this.#geos.failure('of the extent cannot be cut to a feature');
    return { geometry, prepared: this.#geos.prepare(geometry) };
  }

  #required(polygons: FlatPolygons): GeometryPointer {
    const geometry = this.#read(polygons);
    if (geometry === null) throw this.#geos.failure('of the extent cannot be read');
    return geometry;
  }

  #read(polygons: FlatPolygons): GeometryPointer | null {
    return this.#geos.read(flatToWkb(polygons));
  }
}

/** A square of the quadtree. */
interface Cell {
  /** The quarters on the way to it. */
  readonly key: string;
  readonly box: Envelope;
  readonly depth: number;
}

function quarters({ key, box: [minX, minY, maxX, maxY], depth }: Cell): Cell[] {
  const x = (minX + maxX) / 2;
  const y = (minY + maxY) / 2;
  const boxes: Envelope[] = [
    [minX, minY, x, y],
    [x, minY, maxX, y],
    [minX, y, x, maxY],
    [x, y, maxX, maxY],
  ];
  return boxes.map((box, index) => ({ key: `${key}${index}`, box, depth: depth + 1 }));
}

function rectangle([minX, minY, maxX, maxY]: Envelope): (readonly [number, number])[] {
  return [
    [minX, minY],
    [maxX, minY],
    [maxX, maxY],
    [minX, maxY],
    [minX, minY],
  ];
}

function contains(outer: Envelope, inner: Envelope): boolean {
  return outer[0] < inner[0] && outer[1] < inner[1] && outer[2] > inner[2] && outer[3] > inner[3];
}
