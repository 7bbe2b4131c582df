import type { Candidates } from '../crop/candidates.ts';
import type { ProjectedRegion } from '../crop/project-region.ts';
import type { PreparedRegions } from '../crop/prepared-regions.ts';
import type { RegionPlaces } from '../crop/region-places.ts';
import type { CoordinateOperations } from '../crs/coordinate-operation.ts';
import { type Crs, findCrs } from '../crs/crs.ts';
import type { Envelope } from '../features/geometry-array.ts';
import type { GeoPackageTable } from '../source/layer.ts';

/** What checks and runs share in one process. */
export interface Workshop {
  readonly operations: CoordinateOperations;
  readonly regions: PreparedRegions;
}

/** The region of an export as one layer meets it. */
export interface LayerCrop {
  readonly projected: ProjectedRegion;
  readonly index: RegionPlaces;
  readonly candidates: Candidates;
  /** Degrees, on the turn of the globe that the layer's data are on: where region and data meet. */
  readonly lonLat: Envelope;
}

/** The CRS of a layer's geometry, or null for a table and where it is unknown. */
export function crsOf(source: Pick<GeoPackageTable, 'geometry'>): Crs | null {
  return source.geometry?.crs == null ? null : findCrs(source.geometry.crs);
}

/** The crop of a layer, before anyone knows which features may be inside. */
export type LayerRegion = Omit<LayerCrop, 'candidates'>;
