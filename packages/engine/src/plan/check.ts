import type { FailureCode, Kind, Reason } from '@outcrop/contract';
import { findFormat } from '@outcrop/contract';

import { PreparedRegions } from '../crop/prepared-regions.ts';
import { Comparisons } from '../crs/comparison.ts';
import { CoordinateOperations, type KnownOperations } from '../crs/coordinate-operation.ts';
import { EngineError } from '../engine-error.ts';
import { directFormats, isFeatureKind } from '../formats/direct-formats.ts';
import type { RasterFile } from '../source/layer.ts';
import { archiveName } from './archive-name.ts';
import { checkTable } from './check-table.ts';
import { estimateRequest } from './estimate.ts';
import { exportCrs } from './export-crs.ts';
import { type CheckScope, type ItemCheck, refused, repairWarning } from './item-check.ts';
import { itemProblems } from './item-problems.ts';
import type { ItemSample } from './item-sample.ts';
import type { ExportPlan, PlannedItem } from './plan.ts';
import type { ExportRequest, PlanContext, RequestedItem } from './request.ts';
import { uniqueSlugs } from './slug.ts';

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
  /** The region as it was prepared, for a run in this process. */
  readonly regions?: PreparedRegions;
}

/** What a thread that checks one request after the other remembers. */
export interface CheckMemory {
  /** Coordinate operations, which are not compared with PROJ again. */
  readonly operations: KnownOperations;
  readonly comparisons: Comparisons;
  /** Samples of layers without a crop, by everything that they depend on. */
  readonly samples: Map<string, ItemSample>;
}

/** A memory of nothing. */
export function emptyMemory(): CheckMemory {
  return { operations: {}, comparisons: new Comparisons(), samples: new Map() };
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
  { memory = emptyMemory(), isEstimated = true }: CheckOptions = {},
): Promise<ExportCheck> {
  const operations = new CoordinateOperations(memory.operations, memory.comparisons);
  const regions = new PreparedRegions();
  const workshop = { operations, regions };
  const warnings = new Set(request.region?.notices);
  const { samples } = memory;
  const items: ItemCheck[] = [];
  for (const item of request.items) {
    items.push(await checkItem(item, { request, context, workshop, warnings, samples, isEstimated }));
  }
  const name = archiveName(request, context.sitePrefix);
  const isAnyValid = items.some((item) => item.reasons.length === 0);
  // Nothing is estimated for an archive that cannot be (wire contract, 5.5).
  const ofRequest = isEstimated && isAnyValid ? estimateRequest(request).zipped : 0;
  const sizeEstimateZipped = items.reduce((sum, item) => sum + item.sizeEstimateZipped, ofRequest);
  const reasons = exportProblems(request, context, sizeEstimateZipped);
  const isValid = reasons.length === 0 && items.every((item) => item.reasons.length === 0);
  const plan = isValid ? planOf(request, context, { name, operations: await operations.chosen() }) : null;
  return { plan, isValid, name, reasons, items, warnings: [...warnings], sizeEstimateZipped, regions };
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

async function checkItem(item: RequestedItem, scope: CheckScope): Promise<ItemCheck> {
  const { kind, source } = item.layer;
  const mimetypes = scope.context.mimetypes ?? (await formatsForItem(kind, scope.request.formats[kind]));
  const problems = itemProblems(item, scope.request, mimetypes);
  if (problems.length > 0) return refused(item, problems);
  try {
    return 'fields' in source
      ? await checkTable(item, source, scope)
      : await checkPixels(item, source, scope);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return refused(item, [{ code: reasonCodes[error.code] ?? 'source-unavailable', detail: error.message }]);
  }
}

/** What a kind can be written in, as far as one format needs to know: GDAL is asked only where it may be needed. */
async function formatsForItem(kind: Kind, written: string | undefined): Promise<readonly string[]> {
  const direct = directFormats();
  const isDirect = isFeatureKind(kind) && direct.includes(findFormat(written ?? '')?.mimetype ?? '');
  if (isDirect) return direct;
  const { producibleFormats } = await import('../gdal-formats/producible-formats.ts');
  return producibleFormats(kind);
}

/** What a failure says of the request. */
const reasonCodes: Readonly<Partial<Record<FailureCode, Reason['code']>>> = {
  'crs-operation': 'invalid-crs',
  'format-limit': 'too-large-for-format',
};

/** What is wrong with a raster item, and what it will cost, by the description of its files. */
async function checkPixels(
  item: RequestedItem,
  source: RasterFile,
  { request, context, workshop, warnings }: CheckScope,
): Promise<ItemCheck> {
  const { checkRaster } = await import('../raster/check-raster.ts');
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
