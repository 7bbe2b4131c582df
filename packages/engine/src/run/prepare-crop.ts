import type { CropMode } from '@outcrop/contract';

import { type Candidates, findCandidates } from '../crop/candidates.ts';
import { FeatureCropper } from '../crop/feature-cropper.ts';
import { Geos } from '../crop/geos.ts';
import type { ProjectedRegion, UnusableRegion } from '../crop/project-region.ts';
import { RegionIndex } from '../crop/region-index.ts';
import type { Crs } from '../crs/crs.ts';
import { chooseWayBackEarly, lonLatEnvelope, wgs84 } from '../crs/lon-lat-extent.ts';
import { commonEnvelope } from '../features/geometry-array.ts';
import type { Region } from '../plan/request.ts';
import { FeatureReader } from '../source/feature-reader.ts';
import type { GeoPackageTable } from '../source/layer.ts';
import type { GeometrySurvey } from '../source/survey.ts';
import type { LayerCrop, LayerRegion, Workshop } from './item-pipeline.ts';

/**
 * Prepares the crop of a layer: the region in its CRS, and which features it may hold. Null where the region is nowhere
 * near the data.
 */
export async function prepareCrop(
  workshop: Workshop,
  region: Region,
  { crs, survey, version }: { crs: Crs; survey: GeometrySurvey; version: number },
): Promise<LayerCrop | UnusableRegion | null> {
  const { index } = survey;
  const candidatesIn = ({ shape }: ProjectedRegion): Candidates =>
    workshop.regions.candidates(shape, `${index.path} ${index.table} ${version}`, () =>
      findCandidates(index, workshop.regions.places(shape)),
    );
  const prepared = await prepareRegion(workshop, region, { crs, survey, onExpected: candidatesIn });
  if (prepared === null || 'problem' in prepared) return prepared;
  return { ...prepared, candidates: candidatesIn(prepared.projected) };
}

/** The layer of a region. */
interface RegionLayer {
  readonly crs: Crs;
  readonly survey: Pick<GeometrySurvey, 'envelope'>;
  /**
   * Given what the region will be unless PROJ disagrees with our kernels, while PROJ is asked: what is found and remembered of
   * it need not be found then.
   */
  readonly onExpected?: (projected: ProjectedRegion) => void;
}

/** The region in the CRS of a layer. Null where it is nowhere near the data. */
export async function prepareRegion(
  { operations, regions }: Workshop,
  region: Region,
  { crs, survey, onExpected }: RegionLayer,
): Promise<LayerRegion | UnusableRegion | null> {
  if (survey.envelope === null) return null;
  const expected = chooseWayBackEarly(crs, survey.envelope, operations);
  const begun =
    expected === null
      ? null
      : regions.project(region, { crs, ...expected }).then((projected) => {
          if (projected !== null && 'shape' in projected) onExpected?.(projected);
        });
  // What fails here fails again where it is needed.
  begun?.catch(() => undefined);
  const data = await lonLatEnvelope(crs, survey.envelope, operations);
  const operation = await operations.choose(wgs84(), crs, data);
  const projected = await regions.project(region, { crs, lonLat: data, operation });
  if (projected === null || 'problem' in projected) return projected;
  const index = regions.places(projected.shape);
  const meeting = commonEnvelope(survey.envelope, index.envelope);
  return {
    projected,
    index,
    lonLat: await lonLatEnvelope(crs, meeting, operations),
  };
}

/** Whether any feature on the edge of a crop is really inside: reads until the first. */
export async function hasAnyFeature(
  source: GeoPackageTable,
  { crop, mode }: { crop: LayerCrop; mode: CropMode },
): Promise<boolean> {
  using reader = FeatureReader.open(source, { fields: [], hasZ: false, hasM: false });
  if (reader.builder === null) return true;
  const geos = await Geos.load();
  using index = new RegionIndex(geos, crop.projected.shape);
  const cropper = new FeatureCropper(geos, index, { mode, target: reader.builder });
  // A few at a time, as the first is usually inside.
  for (let first = 0; first < crop.candidates.ids.length; first += 256) {
    const ids = crop.candidates.ids.subarray(first, first + 256);
    if (reader.readSelected(ids, (mark) => cropper.crop(mark)).next().done !== true) return true;
  }
  return false;
}
