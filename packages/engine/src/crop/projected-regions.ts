import type { Region } from '../plan/request.ts';
import type { ProjectedRegion, RegionTarget, UnusableRegion } from './project-region.ts';

type Projecting = Promise<ProjectedRegion | UnusableRegion | null>;

/**
 * Regions as layers meet them, each brought to a CRS once: a run in the process of its check need not do it again, nor
 * need layers that cover the same area.
 */
export class ProjectedRegions {
  readonly #known = new WeakMap<Region, Map<string, Projecting>>();

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
}

/** What projects is loaded only where there is a region. */
async function projectNow(region: Region, target: RegionTarget): Projecting {
  const [{ Geos }, { projectRegion }] = await Promise.all([
    import('./geos.ts'),
    import('./project-region.ts'),
  ]);
  return projectRegion(await Geos.load(), region, target);
}
