import { type FailureCode, findFormat, type Reason } from '@outcrop/contract';

import { CoordinateOperations, type KnownOperations } from '../crs/coordinate-operation.ts';
import { findCrs } from '../crs/crs.ts';
import { EngineError } from '../engine-error.ts';
import { crsOf, hasAnyFeature, prepareCrop, type Workshop } from '../run/item-pipeline.ts';
import { planReprojection } from '../run/reprojection.ts';
import { type ItemParts, itemSetup } from '../run/run-item.ts';
import type { GeoPackageTable } from '../source/layer.ts';
import { surveyTableHere } from '../source/survey.ts';
import { archiveName } from './archive-name.ts';
import { estimateItem, estimateRequest } from './estimate.ts';
import { type ItemSample, sampleItem } from './item-sample.ts';
import { geometryProblems, itemProblems } from './item-problems.ts';
import type { ExportPlan, PlannedItem } from './plan.ts';
import type { ExportRequest, PlanContext, RequestedItem } from './request.ts';
import { slugify, uniqueSlugs } from './slug.ts';

/** The verdict on one item, in the order of the request. */
export interface ItemCheck {
  readonly item: string;
  readonly reasons: readonly Reason[];
  /** Features that will be written, as far as a sample tells; null for an invalid item, and where nobody asked. */
  readonly featureCount: number | null;
  /** Bytes of its files and texts. */
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

/** What a thread that checks one request after the other remembers. */
export interface CheckMemory {
  /** Coordinate operations, which are not compared with PROJ again. */
  readonly operations: KnownOperations;
  /** Samples of layers without a crop, by everything that they depend on. */
  readonly samples: Map<string, ItemSample>;
}

/** How a request is checked. */
export interface CheckOptions {
  readonly memory?: CheckMemory;
  /** Whether sizes and seconds are estimated, which takes some milliseconds; else they are 0 and null. Default true. */
  readonly isEstimated?: boolean;
}

/** Checks a request in this thread. */
export async function checkExportHere(
  request: ExportRequest,
  context: PlanContext,
  { memory = { operations: {}, samples: new Map() }, isEstimated = true }: CheckOptions = {},
): Promise<ExportCheck> {
  const operations = new CoordinateOperations(memory.operations);
  const workshop = { operations };
  const warnings = new Set(request.region?.notices);
  const { samples } = memory;
  const items: ItemCheck[] = [];
  for (const item of request.items) {
    items.push(await checkItem(item, { request, context, workshop, warnings, samples, isEstimated }));
  }
  const name = archiveName(request, context.sitePrefix);
  const ofRequest = isEstimated ? estimateRequest(request).zipped : 0;
  const sizeEstimateZipped = items.reduce((sum, item) => sum + item.sizeEstimateZipped, ofRequest);
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
  { cacheFolder }: PlanContext,
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
  const { crs, region, cropMode, coordinatePrecision, body } = request;
  return { name, crs, region, cropMode, coordinatePrecision, items, cacheFolder, operations, body };
}

interface CheckScope {
  readonly request: ExportRequest;
  readonly context: PlanContext;
  readonly workshop: Workshop;
  readonly warnings: Set<string>;
  readonly samples: Map<string, ItemSample>;
  readonly isEstimated: boolean;
}

async function checkItem(item: RequestedItem, scope: CheckScope): Promise<ItemCheck> {
  const problems = itemProblems(item, scope.request, scope.context);
  if (problems.length > 0 || !('table' in item.layer.source)) return refused(item, problems);
  try {
    return await checkData(item, item.layer.source, scope);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return refused(item, [{ code: reasonCodes[error.code] ?? 'source-unavailable', detail: error.message }]);
  }
}

/** What a failure says of the request. */
const reasonCodes: Readonly<Partial<Record<FailureCode, Reason['code']>>> = {
  'crs-operation': 'invalid-crs',
  'format-limit': 'too-large-for-format',
};

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

async function checkData(
  item: RequestedItem,
  source: GeoPackageTable,
  scope: CheckScope,
): Promise<ItemCheck> {
  const survey = surveyTableHere(source, scope.context.cacheFolder);
  const problems = geometryProblems(item.layer.title, survey);
  if (problems.length > 0) return refused(item, problems);
  const prepared = await prepare(item, { source, survey }, scope);
  if ('code' in prepared) return refused(item, [prepared]);
  using _held = prepared.crop;
  const sample = scope.isEstimated ? await sampleOf(item, prepared, scope) : null;
  if (sample?.written !== undefined && sample.written > 0) return accepted(item, sample, scope);
  const { crop } = prepared;
  const { cropMode } = scope.request;
  const isSure = crop === null || crop.candidates.inside > 0;
  if (!isSure && (sample?.isComplete === true || !(await hasAnyFeature(source, { crop, mode: cropMode }))))
    return refused(item, [outsideExtent(item)]);
  return accepted(item, sample, scope);
}

function accepted(item: RequestedItem, sample: ItemSample | null, { request }: CheckScope): ItemCheck {
  const mimetype = request.formats[item.layer.kind] ?? '';
  const estimate = sample === null ? null : estimateItem(mimetype, item.layer, sample);
  return {
    item: item.item,
    reasons: [],
    featureCount: sample?.written ?? null,
    sizeEstimateUnzipped: estimate?.unzipped ?? 0,
    sizeEstimateZipped: estimate?.zipped ?? 0,
    secondsEstimate: estimate?.seconds ?? null,
  };
}

function outsideExtent({ layer }: RequestedItem): Reason {
  return { code: 'outside-extent', detail: `${layer.title} has no data inside the extent.` };
}

/** The crop and the coordinate operation of an item; or why there is none. The crop is the caller's. */
async function prepare(
  item: RequestedItem,
  { source, survey }: Pick<ItemParts, 'source' | 'survey'>,
  { request, workshop, warnings }: CheckScope,
): Promise<ItemParts | Reason> {
  const from = crsOf(source);
  const to = request.crs === null ? null : findCrs(request.crs);
  const { geometry } = survey;
  if (geometry === null || from === null || to === null)
    return { source, survey, crop: null, reprojection: null };
  const crop =
    request.region === null
      ? null
      : ((await prepareCrop(workshop, request.region, { crs: from, survey: geometry })) ??
        outsideExtent(item));
  if (crop !== null && 'problem' in crop) return { code: 'invalid-extent', detail: crop.problem };
  if (crop !== null && 'code' in crop) return crop;
  if (crop !== null && crop.projected.repaired !== null) {
    warnings.add(
      `The extent crosses or touches itself and was repaired: ${crop.projected.repaired}. Check that it is the area you mean.`,
    );
  }
  try {
    const reprojection = await planReprojection(workshop, { from, to }, { geometry, crop });
    return { source, survey, crop, reprojection };
  } catch (error) {
    crop?.[Symbol.dispose]();
    throw error;
  }
}

/** Samples are remembered where they depend on nothing but the layer and how it is written. */
const mostSamples = 500;

async function sampleOf(
  { layer, options }: RequestedItem,
  { source, survey, crop, reprojection }: ItemParts,
  { request, context, samples }: CheckScope,
): Promise<ItemSample> {
  const mimetype = findFormat(request.formats[layer.kind] ?? '')?.mimetype ?? '';
  const { crs, coordinatePrecision } = request;
  const { path, table } = source;
  const key = JSON.stringify([path, table, survey.version, mimetype, crs, coordinatePrecision, options]);
  const known = crop === null ? samples.get(key) : undefined;
  if (known !== undefined) return known;
  const { fields } = source;
  const sample = await sampleItem(
    {
      source,
      survey,
      fields:
        options.fields === undefined ? fields : fields.filter(({ name }) => options.fields!.includes(name)),
      candidates: crop?.candidates ?? null,
    },
    {
      cacheFolder: context.cacheFolder,
      region: crop?.index ?? null,
      setupIn: (folder) =>
        itemSetup(
          { layer, slug: slugify(layer.title), options, mimetype },
          { source, survey, crop, reprojection },
          { plan: request, folder },
        ),
    },
  );
  if (samples.size >= mostSamples) samples.clear();
  if (crop === null) samples.set(key, sample);
  return sample;
}
