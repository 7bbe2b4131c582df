import { findFormat } from '@outcrop/contract';

import type { PostgisSurvey } from '../postgis/survey-table.ts';
import type { Estimate } from './estimate.ts';

interface FormatCost {
  /** Bytes for each position of a geometry, each feature, and each byte of attributes. */
  readonly position: number;
  readonly feature: number;
  readonly attribute: number;
  /** Bytes for each field of each feature, whatever its value: the elements around it. */
  readonly field?: number;
  /** Zipped bytes for each unzipped one. */
  readonly ratio: number;
}

/** Measured on the sample site and the benchmark's layers. */
const costs: Readonly<Record<string, FormatCost>> = {
  GPKG: { position: 16, feature: 120, attribute: 1.1, ratio: 0.6 },
  SHP: { position: 16, feature: 90, attribute: 1.8, ratio: 0.55 },
  CSV: { position: 24, feature: 20, attribute: 1.1, ratio: 0.38 },
  GEOJSON: { position: 27, feature: 120, attribute: 1.4, ratio: 0.3 },
  FGB: { position: 16, feature: 155, attribute: 1.15, ratio: 0.32 },
  KML: { position: 23, feature: 320, attribute: 1, field: 36, ratio: 0.12 },
  FGDB: { position: 7, feature: 60, attribute: 1, ratio: 0.55 },
  TAB: { position: 8, feature: 70, attribute: 1.5, ratio: 0.41 },
  MIF: { position: 24, feature: 70, attribute: 1.2, ratio: 0.24 },
  GML: { position: 24, feature: 740, attribute: 1, field: 26, ratio: 0.12 },
  DXF: { position: 25, feature: 205, attribute: 0, ratio: 0.2 },
  XLSX: { position: 4, feature: 10, attribute: 0.5, field: 3, ratio: 0.97 },
  SQL: { position: 32, feature: 40, attribute: 1.2, ratio: 0.25 },
  PDF: { position: 22, feature: 300, attribute: 1, field: 45, ratio: 0.33 },
  PARQUET: { position: 16, feature: 75, attribute: 0.8, ratio: 0.42 },
};
const unknownCost: FormatCost = { position: 16, feature: 60, attribute: 1, ratio: 0.6 };
/** Licence, manifest, report and what a file has even when it is empty. */
const fixedBytes = { unzipped: 110_000, zipped: 8000 } as const;
const bytesPerSecond = 40_000_000;
const startSeconds = 0.5;
/** Bytes of a geometry blob that are not positions, and of a position in two dimensions. */
const blobOverhead = 57;
const positionBytes = 16;

/**
 * Estimates the files of an item that will have so many features, from the sums that a survey keeps: for the formats that
 * GDAL writes and for tables of a database, of which no sample is converted.
 */
export function estimateByModel(mimetype: string, survey: PostgisSurvey, features: number): Estimate {
  const cost = costs[findFormat(mimetype)?.shortCode ?? ''] ?? unknownCost;
  const total = Math.max(survey.featureCount, 1);
  const positions = Math.max((survey.geometry?.bytes ?? 0) - total * blobOverhead, 0) / positionBytes / total;
  const attributes = survey.fields.reduce(
    (sum, field) => sum + (field.longest > 0 ? field.bytes / total : 8),
    0,
  );
  const each =
    cost.feature +
    positions * cost.position +
    attributes * cost.attribute +
    survey.fields.length * (cost.field ?? 0);
  const unzipped = Math.round(fixedBytes.unzipped + each * features);
  return {
    unzipped,
    zipped: Math.round(fixedBytes.zipped + each * features * cost.ratio),
    seconds: Math.round((startSeconds + unzipped / bytesPerSecond) * 10) / 10,
  };
}
