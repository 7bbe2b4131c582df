import type { CropMode } from '@outcrop/contract';

import { type Envelope, envelopeInto, type GeometryKind, geometryKind } from '../features/geometry-array.ts';
import { GeometryBuilder, type GeometryMark } from '../features/geometry-builder.ts';
import { WkbReader } from '../features/wkb-reader.ts';
import { WkbWriter } from '../features/wkb-writer.ts';
import type { Geos, GeometryPointer } from './geos.ts';
import type { LocalRegion, RegionIndex } from './region-index.ts';

/** What became of the features that were looked at. */
export interface CropCounts {
  whole: number;
  clipped: number;
  outside: number;
  /** Only something of lower dimension was inside. */
  crumbs: number;
  repaired: number;
}

/**
 * Crops one feature at a time: the last of a builder, in place. A feature whose box decides is not looked at; one on
 * the edge meets only the region around it.
 */
export class FeatureCropper {
  readonly counts: CropCounts = { whole: 0, clipped: 0, outside: 0, crumbs: 0, repaired: 0 };
  readonly #geos: Geos;
  readonly #region: RegionIndex;
  readonly #mode: CropMode;
  readonly #target: GeometryBuilder;
  /** What GEOS returned, and a geometry on its way there. */
  readonly #scratch: GeometryBuilder;
  readonly #scratchReader: WkbReader;
  readonly #scratchWriter = new WkbWriter();
  /** The parts that stay of a feature that is cut. */
  readonly #kept: GeometryBuilder;
  readonly #box = new Float64Array(4);

  constructor(
    geos: Geos,
    region: RegionIndex,
    { mode, target }: { mode: CropMode; target: GeometryBuilder },
  ) {
    this.#geos = geos;
    this.#region = region;
    this.#mode = mode;
    this.#target = target;
    this.#scratch = new GeometryBuilder(target.hasZ, target.hasM);
    this.#scratchReader = new WkbReader(this.#scratch);
    this.#kept = new GeometryBuilder(target.hasZ, target.hasM);
  }

  /** Crops the builder's last feature, which began at `mark`. False where nothing of it stays; it is then gone. */
  crop(mark: GeometryMark): boolean {
    const feature = mark.length;
    envelopeInto(this.#target, feature, this.#box);
    const box = [...this.#box] as unknown as Envelope;
    const place = Number.isNaN(box[0]) ? 'out' : this.#region.place(box);
    if (place === 'in') {
      this.counts.whole += 1;
      return true;
    }
    if (place === 'out') return this.#leaveOut(mark, 'outside');
    const local = this.#region.around(box);
    const kind = this.#target.kinds[feature] as GeometryKind;
    if (kind === geometryKind.point) return this.#cropPoint(mark, local);
    const decision = this.#mode === 'clip' ? this.#clip(feature, local) : this.#select(feature, local);
    if (decision === 'whole') {
      this.counts.whole += 1;
      return true;
    }
    if (decision !== 'cut') return this.#leaveOut(mark, decision);
    this.#replace(mark, kind);
    return true;
  }

  #leaveOut(mark: GeometryMark, why: 'outside' | 'crumbs'): false {
    this.counts[why] += 1;
    this.#target.rollback(mark);
    return false;
  }

  #cropPoint(mark: GeometryMark, local: LocalRegion): boolean {
    if (!this.#geos.preparedMeetsPoint(local.prepared, this.#box[0]!, this.#box[1]!)) {
      return this.#leaveOut(mark, 'outside');
    }
    this.counts.whole += 1;
    return true;
  }

  /** For the modes that keep features whole or leave them out. */
  #select(feature: number, local: LocalRegion): 'whole' | 'outside' {
    const isKept = this.#everyPart(feature, (geometry) =>
      this.#mode === 'within'
        ? this.#geos.preparedCovers(local.prepared, geometry) === true
        : this.#geos.preparedIntersects(local.prepared, geometry) !== true,
    );
    // A feature is within if all of its parts are; it is outside if none of them meets the region.
    return (this.#mode === 'within') === isKept ? 'whole' : 'outside';
  }

  #everyPart(feature: number, test: (geometry: GeometryPointer) => boolean): boolean {
    for (
      let part = this.#target.featureParts[feature]!;
      part < this.#target.featureParts[feature + 1]!;
      part++
    ) {
      const { geometry } = this.#readValid(() => this.#readPart(part));
      const isTrue = test(geometry);
      this.#geos.destroy(geometry);
      if (!isTrue) return false;
    }
    return true;
  }

  /** Cuts a feature; the parts that stay are then in `#kept`. */
  #clip(feature: number, local: LocalRegion): 'whole' | 'cut' | 'outside' | 'crumbs' {
    const first = this.#target.featureParts[feature]!;
    const end = this.#target.featureParts[feature + 1]!;
    this.#kept.reset();
    const kind = this.#target.kinds[feature] as GeometryKind;
    if (kind !== geometryKind.collection) {
      return this.#clipGeometry(() => this.#readFeature(feature), { family: familyOf(kind), local });
    }
    // Overlay takes no collections, and each part keeps its own dimension.
    const decisions = new Set<'whole' | 'cut' | 'outside' | 'crumbs'>();
    for (let part = first; part < end; part++) {
      const family = this.#target.partKinds[part] as GeometryKind;
      const decision = this.#clipGeometry(() => this.#readPart(part), { family, local });
      if (decision === 'whole') this.#kept.appendPart(this.#target, part);
      decisions.add(decision);
    }
    if (decisions.size === 1) return [...decisions][0]!;
    if (this.#kept.partCount > 0) return 'cut';
    return 'crumbs';
  }

  #clipGeometry(
    read: () => GeometryPointer,
    { family, local }: { family: GeometryKind; local: LocalRegion },
  ): 'whole' | 'cut' | 'outside' | 'crumbs' {
    const { geometry, isRepaired } = this.#readValid(read);
    try {
      if (this.#geos.preparedIntersects(local.prepared, geometry) !== true) return 'outside';
      if (this.#geos.preparedCovers(local.prepared, geometry) === true) return 'whole';
      const result = this.#geos.intersection(geometry, local.geometry);
      if (result === null) throw this.#geos.failure('cannot be cut, even repaired');
      const hasKept = this.#keepFamily(result, family);
      if (hasKept && isRepaired) this.counts.repaired += 1;
      return hasKept ? 'cut' : 'crumbs';
    } finally {
      this.#geos.destroy(geometry);
    }
  }

  /** Moves the parts of one dimension from a geometry, which is destroyed, to `#kept`. */
  #keepFamily(geometry: GeometryPointer, family: GeometryKind): boolean {
    this.#scratch.reset();
    try {
      this.#scratchReader.append(this.#geos.write(geometry), 0);
    } finally {
      this.#geos.destroy(geometry);
    }
    const before = this.#kept.partCount;
    for (let part = 0; part < this.#scratch.partCount; part++) {
      if (this.#scratch.partKinds[part] === family) this.#kept.appendPart(this.#scratch, part);
    }
    return this.#kept.partCount > before;
  }

  #readValid(read: () => GeometryPointer): { geometry: GeometryPointer; isRepaired: boolean } {
    const geometry = read();
    if (this.#geos.isValid(geometry)) return { geometry, isRepaired: false };
    const repaired = this.#geos.makeValid(geometry);
    this.#geos.destroy(geometry);
    return { geometry: repaired, isRepaired: true };
  }

  #readFeature(feature: number): GeometryPointer {
    return this.#toGeos(this.#target, feature);
  }

  #readPart(part: number): GeometryPointer {
    this.#scratch.reset();
    this.#scratch.appendPart(this.#target, part);
    this.#scratch.endFeature(this.#target.partKinds[part] as GeometryKind);
    return this.#toGeos(this.#scratch, 0);
  }

  #toGeos(source: GeometryBuilder, feature: number): GeometryPointer {
    this.#scratchWriter.reset();
    this.#scratchWriter.write(source, feature, { promote: false });
    const geometry = this.#geos.read(this.#scratchWriter.bytesFrom(0));
    if (geometry === null) throw this.#geos.failure('cannot be read');
    return geometry;
  }

  #replace(mark: GeometryMark, kind: GeometryKind): void {
    this.#target.rollback(mark);
    for (let part = 0; part < this.#kept.partCount; part++) this.#target.appendPart(this.#kept, part);
    this.#target.endFeature(
      this.#kept.partCount > 1 && kind <= geometryKind.polygon ? ((kind + 3) as GeometryKind) : kind,
    );
    this.counts.clipped += 1;
  }
}

/** The kind of a geometry's parts. */
function familyOf(kind: GeometryKind): GeometryKind {
  return (kind > geometryKind.polygon ? kind - 3 : kind) as GeometryKind;
}
