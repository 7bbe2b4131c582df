import type { CoordinateOperationReport } from '@outcrop/contract';

import { rebuildOperation } from '../crs/coordinate-operation.ts';
import type { Crs } from '../crs/crs.ts';
import { lonLatEnvelope, wgs84 } from '../crs/lon-lat-extent.ts';
import { meetsSeam } from '../crs/seam.ts';
import type { FeatureBatch } from '../features/feature-batch.ts';
import { commonEnvelope, type Envelope } from '../features/geometry-array.ts';
import type { GeometrySurvey } from '../source/survey.ts';
import type { LayerRegion, Workshop } from './item-pipeline.ts';

/** How the coordinates of an item get to the export's CRS. Plain data: each worker makes its own of it. */
export interface ReprojectionPlan {
  readonly operation: CoordinateOperationReport;
  /** Envelope of what will be transformed, in the coordinates of the source; null where it is not known. */
  readonly area: Envelope | null;
  /** Where features may have to be cut at the antimeridian, or where else the target's plane ends; null where not. */
  readonly seam: {
    readonly toDegrees: CoordinateOperationReport;
    readonly fromDegrees: CoordinateOperationReport | null;
    readonly middle: number;
    readonly centralMeridian: number;
  } | null;
}

/** Chooses the coordinate operation of an item over the area that its features will come from. */
export async function planReprojection(
  { operations }: Workshop,
  { from, to }: { from: Crs; to: Crs },
  { geometry, crop }: { geometry: Pick<GeometrySurvey, 'envelope'>; crop: LayerRegion | null },
): Promise<ReprojectionPlan> {
  const area =
    crop === null
      ? geometry.envelope
      : commonEnvelope(crop.index.envelope, geometry.envelope ?? crop.index.envelope);
  const operation = await operations.choose(from, to, area);
  // Nothing is torn apart that stays where it is: PROJ need not be asked where that is.
  if (operation.report.method === 'none') return { operation: operation.report, area, seam: null };
  const lonLat = area === null ? null : (crop?.lonLat ?? (await lonLatEnvelope(from, area, operations)));
  const hasSeam = lonLat !== null && meetsSeam(lonLat, to.centralMeridian);
  if (!hasSeam) return { operation: operation.report, area, seam: null };
  const isGeographic = to.kind === 'geographic';
  const toDegrees = isGeographic ? operation : await operations.choose(from, wgs84(), area);
  const fromDegrees = isGeographic ? null : await operations.choose(wgs84(), to, lonLat);
  return {
    operation: operation.report,
    area,
    seam: {
      toDegrees: toDegrees.report,
      fromDegrees: fromDegrees?.report ?? null,
      middle: (lonLat[0] + lonLat[2]) / 2,
      centralMeridian: to.centralMeridian,
    },
  };
}

/** Carries out a plan, batch by batch. */
export interface Reprojector {
  /** The batch in the target; its coordinates are overwritten, or it is another one that holds until the next call. */
  apply(batch: FeatureBatch): Promise<FeatureBatch>;
  /** Features cut so far. */
  readonly cutAtSeam: number;
}

/** Makes what carries out a plan for geometries of some dimensions. */
export async function createReprojector(
  { operation: report, area, seam }: ReprojectionPlan,
  dimensions: { readonly hasZ: boolean; readonly hasM: boolean },
): Promise<Reprojector> {
  if (seam === null) {
    const operation = rebuildOperation(report, area);
    const apply = async (batch: FeatureBatch): Promise<FeatureBatch> => {
      const { geometry } = batch;
      if (geometry !== null && report.method !== 'none') {
        const { coordinates, stride, positionCount } = geometry;
        await operation.transform({ coordinates, stride, count: positionCount });
      }
      return batch;
    };
    return { apply, cutAtSeam: 0 };
  }
  const options = {
    ...seam,
    toDegrees: rebuildOperation(seam.toDegrees),
    fromDegrees: seam.fromDegrees === null ? null : rebuildOperation(seam.fromDegrees),
  };
  const [{ SeamCutter }, { Geos }] = await Promise.all([
    import('../crs/seam-cutter.ts'),
    import('../crop/geos.ts'),
  ]);
  const cutter = new SeamCutter(await Geos.load(), options, dimensions);
  return {
    apply: async (batch) => ({
      ...batch,
      geometry: batch.geometry === null ? null : await cutter.transform(batch.geometry),
    }),
    get cutAtSeam() {
      return cutter.cut;
    },
  };
}
