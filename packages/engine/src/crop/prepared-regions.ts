import type { Region } from '../plan/request.ts';
import type { Candidates } from './candidates.ts';
import type { ProjectedRegion, RegionTarget, UnusableRegion } from './project-region.ts';
import { RegionPlaces } from './region-places.ts';
import type { RegionShape } from './region-shape.ts';

type Projecting = Promise<ProjectedRegion | UnusableRegion | null>;

/**
 * Regions as layers meet them, each brought to a CRS once, and the features that may be in them, found once: a run in the
 * process of its check need not do it again.
 */
export class PreparedRegions {
  readonly #known = new WeakMap<Region, Map<string, Projecting>>();
  readonly #places = new WeakMap<RegionShape, RegionPlaces>();
  readonly #candidates = new WeakMap<RegionShape, Map<string, Candidates>>();

  /** As `projectRegion`. */
  project(region: Region, target: RegionTarget): Projecting {
    const known = this.#known.get(region) ?? new Map<string, Projecting>();
    this.#known.set(region, known);
    const key = `${target.crs.code} ${target.operation.report.method} ${target.lonLat.join(' ')}`;
    let projecting = known.get(key);
    if (projecting === undefined) {
      projecting = projectNow(region, target);
      known.set(key, projecting);
    }
    return projecting;
  }

  /** Where boxes are in a region: made the first time. */
  places(shape: RegionShape): RegionPlaces {
    const places = this.#places.get(shape) ?? new RegionPlaces(shape);
    this.#places.set(shape, places);
    return places;
  }

  /** The features of a version of a layer that may be in a region: as `find` finds them, the first time. */
  candidates(shape: RegionShape, version: string, find: () => Candidates): Candidates {
    const known = this.#candidates.get(shape) ?? new Map<string, Candidates>();
    this.#candidates.set(shape, known);
    const candidates = known.get(version) ?? find();
    known.set(version, candidates);
    return candidates;
  }
}

/** What projects is loaded only where there is a region, and GEOS where the region may have to be repaired or cut. */
async function projectNow(region: Region, target: RegionTarget): Projecting {
  const { projectSimpleRegion } = await import('./project-simple-region.ts');
  const simple = await projectSimpleRegion(region, target);
  if (simple !== null) return simple;
  const [{ Geos }, { projectRegion }] = await Promise.all([
    import('./geos.ts'),
    import('./project-region.ts'),
  ]);
  return projectRegion(await Geos.load(), region, target);
}
