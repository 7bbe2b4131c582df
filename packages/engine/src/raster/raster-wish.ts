import { findFormat } from '@outcrop/contract';

import type { ExportPlan, PlannedItem } from '../plan/plan.ts';
import type { RasterOptions, Region } from '../plan/request.ts';
import type { RasterFile, RasterKind } from '../source/layer.ts';
import type { RasterSurvey } from './survey-raster.ts';

/** What is wanted of one raster layer. */
export interface RasterWish {
  readonly title: string;
  /** Names the file of a mosaic. */
  readonly slug: string;
  readonly source: RasterFile;
  readonly kind: RasterKind;
  readonly survey: RasterSurvey;
  readonly mimetype: string;
  /** `EPSG:n` of the output. */
  readonly crs: string;
  readonly region: Region | null;
  /** One file of all tiles, rather than one of each. */
  readonly mosaic: boolean;
  readonly options: RasterOptions;
}

/** The wish of a planned item. */
export function rasterWish(
  { layer, slug, kind, mimetype, options }: PlannedItem,
  source: RasterFile,
  { survey, plan }: { survey: RasterSurvey; plan: Pick<ExportPlan, 'crs' | 'region' | 'mosaic'> },
): RasterWish {
  return {
    title: layer.title,
    slug,
    source,
    // What the catalogue calls it decides how it is resampled.
    kind: kind === 'grid' || kind === 'rat' ? kind : 'raster',
    survey,
    mimetype,
    crs: plan.crs ?? findFormat(mimetype)?.fixedCrs ?? '',
    region: plan.region,
    mosaic: plan.mosaic ?? false,
    options: options.raster ?? {},
  };
}
