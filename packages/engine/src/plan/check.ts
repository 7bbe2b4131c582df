import { findFormat, type Reason } from '@outcrop/contract';

import { CoordinateOperations, type KnownOperations } from '../crs/coordinate-operation.ts';
import { findCrs } from '../crs/crs.ts';
import { EngineError } from '../engine-error.ts';
import { formatsForItem } from '../gdal-formats/producible-formats.ts';
import { crsOf, hasAnyFeature, prepareCrop, type Workshop } from '../run/item-pipeline.ts';
import { findPostgisCandidates, hasAnyRow } from '../postgis/region-candidates.ts';
import { isPostgisTable, type PostgisTable } from '../postgis/postgis-table.ts';
import { type PostgisSurvey, surveyPostgisTable } from '../postgis/survey-table.ts';
import { planReprojection } from '../run/reprojection.ts';
import { checkRaster } from '../raster/check-raster.ts';
import type { GeoPackageTable, RasterFile } from '../source/layer.ts';
import { type GeometrySurvey, surveyTableHere, type TableSurvey } from '../source/survey.ts';
import { archiveName } from './archive-name.ts';
import { estimateItem } from './estimate.ts';
import { exportCrs } from './export-crs.ts';
import { formatLimitProblems } from './format-limits.ts';
import { geometryProblems, itemProblems } from './item-problems.ts';
import type { ExportPlan, PlannedItem } from './plan.ts';
import type { ExportRequest, PlanContext, RequestedItem } from './request.ts';
import { uniqueSlugs } from './slug.ts';

/** The verdict on one item, in the order of the request. */
export interface ItemCheck {
  readonly item: string;
  readonly reasons: readonly Reason[];
  /** Features that will be written, as far as the index tells; null for an invalid item. */
  readonly featureCount: number | null;
  /** Bytes. */
  readonly sizeEstimateUnzipped: number;
  readonly sizeEstimateZipped: number;
  readonly secondsEstimate: number | null;
}

/** The verdict on a request: a plan where it is valid, the reasons where it is not, and what it will cost. */
export interface ExportCheck {
  /** Null where anything is invalid. */
  readonly plan: ExportPlan | null;
  readonly isValid: boolean;
  /** Name of the archive, without `.zip`. */
  readonly name: string;
  /** Reasons that concern the export as a whole. */
  readonly reasons: readonly Reason[];
  readonly items: readonly ItemCheck[];
  readonly warnings: readonly string[];
  readonly sizeEstimateZipped: number;
}

/** Of the features on the edge, by their boxes, about so many turn out to meet the region. */
const edgeShare = 0.6;

/** Checks a request in this thread. Coordinate operations that are known are not compared with PROJ again. */
export async function checkExportHere(
  request: ExportRequest,
  context: PlanContext,
  known: KnownOperations = {},
): Promise<ExportCheck> {
  const operations = new CoordinateOperations(known);
  const workshop = { operations };
  const warnings = new Set(request.region?.notices);
  const items: ItemCheck[] = [];
  for (const item of request.items) {
    items.push(await checkItem(item, { request, context, workshop, warnings }));
  }
  const name = archiveName(request, context.sitePrefix);
  const sizeEstimateZipped = items.reduce((sum, item) => sum + item.sizeEstimateZipped, 0);
  const reasons = exportProblems(request, context, sizeEstimateZipped);
  const isValid = reasons.length === 0 && items.every((item) => item.reasons.length === 0);
  const plan = isValid ? planOf(request, context, { name, operations: await operations.chosen() }) : null;
  return { plan, isValid, name, reasons, items, warnings: [...warnings], sizeEstimateZipped };
}

function exportProblems(request: ExportRequest, { maxArchiveBytes }: PlanContext, size: number): Reason[] {
  if (request.items.length === 0) {
    return [
      { code: 'invalid-option', detail: 'items is empty: an export needs at least one layer or table.' },
    ];
  }
  if (maxArchiveBytes === null || size <= maxArchiveBytes) return [];
  const [about, limit] = [size, maxArchiveBytes].map((bytes) => `${(bytes / 1e9).toPrecision(3)} GB`);
  const detail = `About ${about} zipped; this site allows ${limit}. Choose a smaller area or fewer items.`;
  return [{ code: 'too-large', detail, limit: maxArchiveBytes, value: size }];
}

function planOf(
  request: ExportRequest,
  { cacheFolder, maxArchiveBytes }: PlanContext,
  { name, operations }: Pick<ExportPlan, 'name' | 'operations'>,
): ExportPlan {
  const slugs = uniqueSlugs(request.items.map(({ layer }) => layer.title));
  const items = request.items.map(({ item, layer, options }, index): PlannedItem => ({
    item,
    layer,
    kind: layer.kind,
    mimetype: findFormat(request.formats[layer.kind] ?? '')?.mimetype ?? '',
    slug: slugs[index]!,
    options,
  }));
  const { region, cropMode, coordinatePrecision, body } = request;
  const crs = exportCrs(request);
  const mosaic = request.mosaic ?? false;
  const said = { crs, region, cropMode, coordinatePrecision, mosaic, body };
  return { name, ...said, items, cacheFolder, maxArchiveBytes, operations };
}

interface CheckScope {
  readonly request: ExportRequest;
  readonly context: PlanContext;
  readonly workshop: Workshop;
  readonly warnings: Set<string>;
}

async function checkItem(item: RequestedItem, scope: CheckScope): Promise<ItemCheck> {
  const { kind, source } = item.layer;
  const mimetypes = scope.context.mimetypes ?? (await formatsForItem(kind, scope.request.formats[kind]));
  const problems = itemProblems(item, scope.request, mimetypes);
  if (problems.length > 0) return refused(item, problems);
  try {
    return 'fields' in source ? await checkData(item, source, scope) : await checkPixels(item, source, scope);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const code = error.code === 'crs-operation' ? 'invalid-crs' : 'source-unavailable';
    return refused(item, [{ code, detail: error.message }]);
  }
}

function refused({ item }: RequestedItem, reasons: readonly Reason[]): ItemCheck {
  return {
    item,
    reasons,
    featureCount: null,
    sizeEstimateUnzipped: 0,
    sizeEstimateZipped: 0,
    secondsEstimate: null,
  };
}

/** What is wrong with a raster item, and what it will cost, by the description of its files. */
async function checkPixels(
  item: RequestedItem,
  source: RasterFile,
  { request, context, workshop, warnings }: CheckScope,
): Promise<ItemCheck> {
  const checked = await checkRaster(item, source, { request, context, operations: workshop.operations });
  if ('reasons' in checked) return refused(item, checked.reasons);
  if (checked.repaired !== null) warnings.add(repairWarning(checked.repaired));
  return {
    item: item.item,
    reasons: [],
    featureCount: null,
    sizeEstimateUnzipped: checked.estimate.unzipped,
    sizeEstimateZipped: checked.estimate.zipped,
    secondsEstimate: checked.estimate.seconds,
  };
}

function repairWarning(repaired: string): string {
  return `The extent crosses or touches itself and was repaired: ${repaired}. Check that it is the area you mean.`;
}

async function checkData(
  item: RequestedItem,
  source: GeoPackageTable | PostgisTable,
  scope: CheckScope,
): Promise<ItemCheck> {
  const survey = await surveyOf(source, scope.context.cacheFolder);
  const problems = geometryProblems(item.layer.title, survey);
  if (problems.length > 0) return refused(item, problems);
  const counted = await countFeatures(item, { source, survey }, scope);
  if (typeof counted !== 'number') return refused(item, [counted]);
  const { kind, title } = item.layer;
  const mimetype = scope.request.formats[kind] ?? '';
  const kept = keptFields(item, source, survey);
  const estimate = estimateItem(mimetype, { ...survey, fields: kept }, counted);
  const size = { bytes: estimate.unzipped, rows: counted, fields: kept.length };
  const limits = formatLimitProblems({ title, kind, mimetype, ...size });
  if (limits.length > 0) return refused(item, limits);
  return {
    item: item.item,
    reasons: [],
    featureCount: counted,
    sizeEstimateUnzipped: estimate.unzipped,
    sizeEstimateZipped: estimate.zipped,
    secondsEstimate: estimate.seconds,
  };
}

function surveyOf(
  source: GeoPackageTable | PostgisTable,
  cacheFolder: string,
): Promise<TableSurvey | PostgisSurvey> | TableSurvey {
  return isPostgisTable(source)
    ? surveyPostgisTable(source, cacheFolder)
    : surveyTableHere(source, cacheFolder);
}

/** The surveys of the fields that were asked for. */
function keptFields(
  { options }: RequestedItem,
  source: GeoPackageTable | PostgisTable,
  survey: PostgisSurvey,
): PostgisSurvey['fields'] {
  const { fields } = options;
  if (fields === undefined) return survey.fields;
  return survey.fields.filter((_, index) => fields.includes(source.fields[index]?.name ?? ''));
}

/** How many features there will be, as far as the index tells; or why there is none. */
async function countFeatures(
  { layer }: RequestedItem,
  { source, survey }: { source: GeoPackageTable | PostgisTable; survey: TableSurvey | PostgisSurvey },
  { request, workshop, warnings }: CheckScope,
): Promise<number | Reason> {
  const crs = crsOf(source);
  const code = exportCrs(request);
  const target = code === null ? null : findCrs(code);
  const { geometry } = survey;
  if (geometry === null || crs === null || target === null) return survey.featureCount;
  const pair = { from: crs, to: target };
  if (request.region === null) {
    await planReprojection(workshop, pair, { geometry, crop: null });
    return survey.featureCount;
  }
  const crop = isPostgisTable(source)
    ? await findPostgisCandidates(workshop, source, { region: request.region, crs, geometry })
    : await prepareCrop(workshop, request.region, { crs, survey: geometry as GeometrySurvey });
  if (crop !== null && 'problem' in crop) return { code: 'invalid-extent', detail: crop.problem };
  const outside: Reason = {
    code: 'outside-extent',
    detail: `${layer.title} has no data inside the extent.`,
  };
  if (crop === null) return outside;
  using held = crop;
  await planReprojection(workshop, pair, { geometry, crop: held });
  if (held.projected.repaired !== null) {
    warnings.add(repairWarning(held.projected.repaired));
  }
  const { ids, inside } = held.candidates;
  const meeting = { crop: held, mode: request.cropMode };
  const isAnyInside =
    inside > 0 ||
    (isPostgisTable(source) ? await hasAnyRow(source, meeting) : await hasAnyFeature(source, meeting));
  if (!isAnyInside) return outside;
  return Math.max(1, Math.round(inside + (ids.length - inside) * edgeShare));
}
