import type { Envelope } from '../features/geometry-array.ts';
import { EdgeTree } from './edge-tree.ts';
import type { RegionShape } from './region-shape.ts';

/** Where a box lies: wholly outside the region, wholly inside, or where only the geometry can tell. */
export type Place = 'out' | 'in' | 'edge';

/** Where boxes lie with regard to a region, which needs no GEOS: a box that meets no edge is inside or outside as a whole. */
export class RegionPlaces {
  readonly envelope: Envelope;
  protected readonly tree: EdgeTree;

  constructor(shape: RegionShape) {
    this.envelope = shape.envelope;
    this.tree = new EdgeTree(shape);
  }

  /** Where a box lies. */
  place(box: Envelope): Place {
    if (!overlaps(this.envelope, box)) return 'out';
    // What all but touches is on the edge: GEOS decides.
    const wider = growBox(box, roundingMargin(box));
    if (this.tree.meets(wider)) return 'edge';
    return this.tree.isInside((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) ? 'in' : 'out';
  }
}

/** Many floating point steps at the coordinates' size: a point has a box without a width. */
export function roundingMargin(box: Envelope): number {
  return Math.max(Math.abs(box[0]), Math.abs(box[1]), Math.abs(box[2]), Math.abs(box[3]), 1) * 1e-9;
}

/** A box with a margin around it. */
export function growBox([minX, minY, maxX, maxY]: Envelope, margin: number): Envelope {
  return [minX - margin, minY - margin, maxX + margin, maxY + margin];
}

function overlaps(a: Envelope, b: Envelope): boolean {
  return a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1];
}
