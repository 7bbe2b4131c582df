import type { CoordinateOperations } from '../crs/coordinate-operation.ts';
import type { Estimate } from '../plan/estimate.ts';
import { exportCrs } from '../plan/export-crs.ts';
import type { ExportRequest, PlanContext, RequestedItem } from '../plan/request.ts';
import { slugify } from '../plan/slug.ts';
import type { RasterFile } from '../source/layer.ts';
import { estimateRaster } from './estimate-raster.ts';
import { planRaster } from './plan-raster.ts';
import type { RasterRefusal } from './raster-plan.ts';
import { limitProblem } from './raster-problems.ts';
import { rasterWish } from './raster-wish.ts';
import { surveyRasterHere } from './survey-raster.ts';

/** A raster item that can be made. */
export interface CheckedRaster {
  readonly estimate: Estimate;
  /** How the region was repaired; null where it was valid. */
  readonly repaired: string | null;
}

/**
 * Checks a raster item: plans it, and estimates what the plan costs.
 *
 * @throws EngineError `source-unavailable` | `source-corrupt` | `crs-operation` | `gdal-missing`
 */
export async function checkRaster(
  { layer, item, options }: RequestedItem,
  source: RasterFile,
  {
    request,
    context,
    operations,
  }: { request: ExportRequest; context: PlanContext; operations: CoordinateOperations },
): Promise<CheckedRaster | RasterRefusal> {
  const survey = await surveyRasterHere(source, context.cacheFolder);
  const mimetype = request.formats[layer.kind] ?? '';
  const planned = { item, layer, kind: layer.kind, mimetype, slug: slugify(layer.title), options };
  const asked = { crs: exportCrs(request), region: request.region, mosaic: request.mosaic ?? false };
  const wish = rasterWish(planned, source, { survey, plan: asked });
  const plan = await planRaster(wish, operations);
  if ('reasons' in plan) return plan;
  const estimate = estimateRaster(plan);
  const problem = limitProblem(wish, estimate.unzipped);
  return problem === null ? { estimate, repaired: plan.projected?.repaired ?? null } : { reasons: [problem] };
}
