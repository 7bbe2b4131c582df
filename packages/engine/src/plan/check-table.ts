import { findFormat, type Reason } from '@outcrop/contract';

import type { UnusableRegion } from '../crop/project-region.ts';
import { type Crs, findCrs } from '../crs/crs.ts';
import { directFormats, findAssistedFormat } from '../formats/direct-formats.ts';
import { isPostgisTable, type PostgisTable } from '../postgis/postgis-table.ts';
import type { PostgisSurvey } from '../postgis/survey-table.ts';
import { crsOf, type LayerCrop, type Workshop } from '../run/item-pipeline.ts';
import { planReprojection, type ReprojectionPlan } from '../run/reprojection.ts';
import { requireFeatures } from '../run/require-features.ts';
import { itemSetup } from '../run/run-item.ts';
import type { GeoPackageTable } from '../source/layer.ts';
import { type GeometrySurvey, surveyTableHere, type TableSurvey } from '../source/survey.ts';
import { type Estimate, estimateItem } from './estimate.ts';
import { estimateByModel } from './estimate-by-model.ts';
import { exportCrs } from './export-crs.ts';
import { formatLimitProblems } from './format-limits.ts';
import { type CheckScope, type ItemCheck, refused, repairWarning } from './item-check.ts';
import { geometryProblems } from './item-problems.ts';
import type { ItemSample } from './item-sample.ts';
import type { Region, RequestedItem } from './request.ts';
import { slugify } from './slug.ts';

type Table = GeoPackageTable | PostgisTable;

/** Of the features on the edge, by their boxes, about so many turn out to meet the region. */
const edgeShare = 0.6;

/**
 * What is wrong with an item of a vector layer or a table, and what it will cost.
 *
 * @throws EngineError `source-unavailable` | `source-corrupt` | `crs-operation` | `format-limit`
 */
export async function checkTable(item: RequestedItem, source: Table, scope: CheckScope): Promise<ItemCheck> {
  const { cacheFolder } = scope.context;
  const survey = isPostgisTable(source)
    ? await (await import('../postgis/survey-table.ts')).surveyPostgisTable(source, cacheFolder)
    : surveyTableHere(source, cacheFolder);
  const problems = geometryProblems(item.layer.title, survey);
  if (problems.length > 0) return refused(item, problems);
  const prepared = await prepare(item, { source, survey }, scope);
  if ('code' in prepared) return refused(item, [prepared]);
  const sample = isSampled(item, source, scope) ? await sampleOf(item, prepared, scope) : null;
  if (sample?.isComplete === true && sample.notProjectable > 0) {
    const isCropped = prepared.crop !== null;
    requireFeatures(sample, { title: item.layer.title, crs: exportCrs(scope.request), isCropped });
  }
  if (!(await hasAny(prepared, sample, scope))) return refused(item, [outsideExtent(item)]);
  return accepted(item, { prepared, sample }, scope);
}

/**
 * Whether features are really converted for the estimate: only where the engine reads and writes them itself, and not
 * for KML, whose limit is on what is inside of the compressed file.
 */
function isSampled({ layer }: RequestedItem, source: Table, { request, isEstimated }: CheckScope): boolean {
  const format = findFormat(request.formats[layer.kind] ?? '');
  if (format === undefined) return false;
  const isOurs =
    directFormats().includes(format.mimetype) || findAssistedFormat(format.mimetype) !== undefined;
  return isEstimated && isOurs && format.maxBytes === undefined && !isPostgisTable(source);
}

/** What the check of a table has found out. */
interface PreparedTable {
  readonly source: Table;
  readonly survey: TableSurvey | PostgisSurvey;
  readonly crop: LayerCrop | null;
  readonly reprojection: ReprojectionPlan | null;
}

function outsideExtent({ layer }: RequestedItem): Reason {
  return { code: 'outside-extent', detail: `${layer.title} has no data inside the extent.` };
}

/** The crop and the coordinate operation of an item; or why there is none. */
async function prepare(
  item: RequestedItem,
  { source, survey }: Pick<PreparedTable, 'source' | 'survey'>,
  { request, workshop, warnings }: CheckScope,
): Promise<PreparedTable | Reason> {
  const from = crsOf(source);
  const code = exportCrs(request);
  const to = code === null ? null : findCrs(code);
  const { geometry } = survey;
  if (geometry === null || from === null || to === null)
    return { source, survey, crop: null, reprojection: null };
  const { region } = request;
  const met = region === null ? null : await meet(region, { source, crs: from, survey, geometry }, workshop);
  const crop = region === null ? null : (met ?? outsideExtent(item));
  if (crop !== null && 'problem' in crop) return { code: 'invalid-extent', detail: crop.problem };
  if (crop !== null && 'code' in crop) return crop;
  if (crop !== null && crop.projected.repaired !== null) warnings.add(repairWarning(crop.projected.repaired));
  const reprojection = await planReprojection(workshop, { from, to }, { geometry, crop });
  return { source, survey, crop, reprojection };
}

interface MeetingTable extends Pick<PreparedTable, 'source' | 'survey'> {
  readonly crs: Crs;
  readonly geometry: NonNullable<PostgisSurvey['geometry']>;
}

/** The region as the source meets it. */
async function meet(
  region: Region,
  { source, crs, survey, geometry }: MeetingTable,
  workshop: Workshop,
): Promise<LayerCrop | UnusableRegion | null> {
  if (isPostgisTable(source)) {
    const { findPostgisCandidates } = await import('../postgis/region-candidates.ts');
    return findPostgisCandidates(workshop, source, { region, crs, geometry });
  }
  const { prepareCrop } = await import('../run/prepare-crop.ts');
  return prepareCrop(workshop, region, {
    crs,
    survey: geometry as GeometrySurvey,
    version: survey.version,
  });
}

/** Whether anything is inside: by a box, by the sample, else by the first feature that really is. */
async function hasAny(
  { source, crop }: PreparedTable,
  sample: ItemSample | null,
  { request }: CheckScope,
): Promise<boolean> {
  if (crop === null || crop.candidates.inside > 0) return true;
  if (sample !== null && (sample.written > 0 || sample.isComplete)) return sample.written > 0;
  const meeting = { crop, mode: request.cropMode };
  return isPostgisTable(source)
    ? (await import('../postgis/region-candidates.ts')).hasAnyRow(source, meeting)
    : (await import('../run/prepare-crop.ts')).hasAnyFeature(source, meeting);
}

function accepted(
  item: RequestedItem,
  { prepared, sample }: { prepared: PreparedTable; sample: ItemSample | null },
  scope: CheckScope,
): ItemCheck {
  const { kind, title } = item.layer;
  const mimetype = scope.request.formats[kind] ?? '';
  const { survey } = prepared;
  const fields = keptFields(item, prepared);
  const rows = sample?.written ?? countByIndex(prepared);
  const estimate =
    sample === null
      ? estimateByModel(mimetype, { ...survey, fields }, rows)
      : estimateItem(mimetype, item.layer, sample);
  const size = { bytes: estimate.unzipped, rows, fields: fields.length };
  const limits = formatLimitProblems({ title, kind, mimetype, ...size });
  return limits.length > 0 ? refused(item, limits) : verdict(item, { rows, estimate }, scope);
}

function verdict(
  { item }: RequestedItem,
  { rows, estimate }: { rows: number; estimate: Estimate },
  { isEstimated }: CheckScope,
): ItemCheck {
  return {
    item,
    reasons: [],
    featureCount: isEstimated ? rows : null,
    sizeEstimateUnzipped: isEstimated ? estimate.unzipped : 0,
    sizeEstimateZipped: isEstimated ? estimate.zipped : 0,
    secondsEstimate: isEstimated ? estimate.seconds : null,
  };
}

/** How many features there will be, as far as the index tells. */
function countByIndex({ survey, crop }: PreparedTable): number {
  if (crop === null) return survey.featureCount;
  const { ids, inside } = crop.candidates;
  return Math.max(1, Math.round(inside + (ids.length - inside) * edgeShare));
}

/** The surveys of the fields that were asked for. */
function keptFields(
  { options }: RequestedItem,
  { source, survey }: Pick<PreparedTable, 'source' | 'survey'>,
): PostgisSurvey['fields'] {
  const { fields } = options;
  if (fields === undefined) return survey.fields;
  return survey.fields.filter((_, index) => fields.includes(source.fields[index]?.name ?? ''));
}

/** Samples are remembered where they depend on nothing but the layer and how it is written. */
const mostSamples = 500;

async function sampleOf(
  { layer, options }: RequestedItem,
  { source, survey, crop, reprojection }: PreparedTable,
  { request, context, samples }: CheckScope,
): Promise<ItemSample | null> {
  if (isPostgisTable(source) || !('blockStarts' in survey)) return null;
  const mimetype = findFormat(request.formats[layer.kind] ?? '')?.mimetype ?? '';
  const crs = exportCrs(request);
  const { cropMode, coordinatePrecision } = request;
  const { path, table, fields } = source;
  const key = JSON.stringify([path, table, survey.version, mimetype, crs, coordinatePrecision, options]);
  const known = crop === null ? samples.get(key) : undefined;
  if (known !== undefined) return known;
  const wanted = options.fields;
  const sampled = {
    source,
    survey,
    fields: wanted === undefined ? fields : fields.filter(({ name }) => wanted.includes(name)),
    candidates: crop?.candidates ?? null,
  };
  const { sampleItem } = await import('./item-sample.ts');
  const sample = await sampleItem(sampled, {
    cacheFolder: context.cacheFolder,
    setupIn: (folder) =>
      itemSetup(
        { layer, slug: slugify(layer.title), options, mimetype },
        { source, survey, crop, reprojection },
        { plan: { crs, cropMode, coordinatePrecision }, folder },
      ),
  });
  if (samples.size >= mostSamples) samples.clear();
  if (crop === null) samples.set(key, sample);
  return sample;
}
