import type { Region } from '../plan/request.ts';
import { Geos } from './geos.ts';
import {
  type ProjectedRegion,
  projectRegion,
  type RegionTarget,
  type UnusableRegion,
} from './project-region.ts';

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
      projecting = Geos.load().then((geos) => projectRegion(geos, region, target));
      known.set(key, projecting);
    }
    return projecting;
  }
}
