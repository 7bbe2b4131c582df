import type { CoordinateOperationReport } from '@outcrop/contract';

import type { Crs } from '../crs/crs.ts';
import { lonLatEnvelope, wgs84 } from '../crs/lon-lat-extent.ts';
import { meetsSeam, SeamCutter } from '../crs/seam-cutter.ts';
import type { FeatureBatch } from '../features/feature-batch.ts';
import { commonEnvelope } from '../features/geometry-array.ts';
import type { GeometrySurvey } from '../source/survey.ts';
import type { LayerCrop, Workshop } from './item-pipeline.ts';

/** How the coordinates of an item get to the export's CRS. */
export interface Reprojection {
  readonly report: CoordinateOperationReport;
  /** Whether features may have to be cut at the antimeridian, or where else the target's plane ends. */
  readonly hasSeam: boolean;
  /** The batch in the target; its coordinates are overwritten, or it is another one that holds until the next call. */
  apply(batch: FeatureBatch): Promise<FeatureBatch>;
  /** Features cut so far. */
  cutAtSeam(): number;
}

/** Chooses the coordinate operation of an item over the area that its features will come from. */
export async function chooseReprojection(
  workshop: Workshop,
  { from, to }: { from: Crs; to: Crs },
  { geometry, crop }: { geometry: GeometrySurvey; crop: LayerCrop | null },
): Promise<Reprojection> {
  const { operations, geos } = workshop;
  const area = crop?.index.envelope ?? geometry.envelope;
  const operation = await operations.choose(
    from,
    to,
    area === null ? null : commonEnvelope(area, geometry.envelope ?? area),
  );
  const lonLat = area === null ? null : (crop?.lonLat ?? (await lonLatEnvelope(from, area, operations)));
  const hasSeam =
    operation.report.method !== 'none' && lonLat !== null && meetsSeam(lonLat, to.centralMeridian);
  if (!hasSeam) {
    const apply = async (batch: FeatureBatch): Promise<FeatureBatch> => {
      const { geometry: moved } = batch;
      if (moved !== null && operation.report.method !== 'none') {
        await operation.transform({
          coordinates: moved.coordinates,
          stride: moved.stride,
          count: moved.positionCount,
        });
      }
      return batch;
    };
    return { report: operation.report, hasSeam, apply, cutAtSeam: () => 0 };
  }
  const isGeographic = to.kind === 'geographic';
  const toDegrees = isGeographic ? operation : await operations.choose(from, wgs84(), area);
  const fromDegrees = isGeographic ? null : await operations.choose(wgs84(), to, lonLat);
  const cutter = new SeamCutter(
    geos,
    { toDegrees, fromDegrees, middle: (lonLat[0] + lonLat[2]) / 2, centralMeridian: to.centralMeridian },
    geometry,
  );
  return {
    report: operation.report,
    hasSeam,
    apply: async (batch) => ({
      ...batch,
      geometry: batch.geometry === null ? null : await cutter.transform(batch.geometry),
    }),
    cutAtSeam: () => cutter.cut,
  };
}
