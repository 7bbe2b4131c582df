import type { ExtentGeometry } from '@outcrop/contract';

import { CoordinateOperations } from '../crs/coordinate-operation.ts';
import { findCrs } from '../crs/crs.ts';
import { extentPolygon, lonLatEnvelope } from '../crs/lon-lat-extent.ts';
import type { Envelope } from '../features/geometry-array.ts';
import { isPostgisTable, type PostgisTable } from '../postgis/postgis-table.ts';
import { surveyPostgisTable } from '../postgis/survey-table.ts';
import type { GeoPackageTable } from './layer.ts';
import { surveyTableHere } from './survey.ts';

/** What a catalogue shows of a table beyond its schema. */
export interface TableSummary {
  readonly featureCount: number;
  /** In the layer's CRS: minX, minY, maxX, maxY; null for tables and empty layers. */
  readonly envelope: Envelope | null;
  /** EPSG:4326, longitudes beyond 180 where the data crosses the antimeridian; null where unknown. */
  readonly extent: ExtentGeometry | null;
}

/** Summarises a table, in this thread. */
export async function summariseTableHere(
  source: GeoPackageTable | PostgisTable,
  cacheFolder: string,
): Promise<TableSummary> {
  const survey = isPostgisTable(source)
    ? await surveyPostgisTable(source, cacheFolder)
    : surveyTableHere(source, cacheFolder);
  const envelope = survey.geometry?.envelope ?? null;
  const crs = source.geometry?.crs == null ? null : findCrs(source.geometry.crs);
  const { featureCount } = survey;
  if (envelope === null || crs === null) return { featureCount, envelope, extent: null };
  const degrees = await lonLatEnvelope(crs, envelope, new CoordinateOperations());
  return { featureCount, envelope, extent: extentPolygon(degrees) };
}
