import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import type { FeatureCounts, ItemReport } from '@outcrop/contract';

import { findCrs } from '../crs/crs.ts';
import { EngineError } from '../engine-error.ts';
import type { FeatureBatch } from '../features/feature-batch.ts';
import { isMisplaced } from '../features/geometry-array.ts';
import { selectRows } from '../features/select-rows.ts';
import { createWriter } from '../formats/direct-writers.ts';
import type { FeatureWriter, OutputSchema } from '../formats/feature-writer.ts';
import { LossLog } from '../formats/loss-log.ts';
import { outputSchema } from '../plan/output-schema.ts';
import type { ExportPlan, PlannedItem } from '../plan/plan.ts';
import { sourceVersion } from '../source/geopackage-file.ts';
import type { GeoPackageTable } from '../source/layer.ts';
import { surveyTableHere, type TableSurvey } from '../source/survey.ts';
import {
  crsOf,
  type CroppedFeatures,
  type LayerCrop,
  prepareCrop,
  readFeatures,
  type Workshop,
} from './item-pipeline.ts';
import { chooseReprojection, type Reprojection } from './reprojection.ts';

/** A finished item: its files, and what happened to its features. */
export interface ItemResult {
  readonly report: ItemReport;
  /** Paths of its files, sorted by name. */
  readonly files: readonly string[];
  readonly survey: TableSurvey;
  readonly crop: Pick<LayerCrop, 'projected'> | null;
}

/** What a run gives each of its items. */
export interface ItemContext {
  readonly plan: ExportPlan;
  readonly workshop: Workshop;
  /** Folder for the item's files; made here. */
  readonly folder: string;
  readonly signal: AbortSignal | undefined;
  /** Told the share of the item's features that is done. */
  readonly onProgress: (fraction: number, features: number) => void;
}

/** Runs the pipeline for one layer or table: read, crop, reproject, encode, a block at a time. */
export async function runItem(item: PlannedItem, context: ItemContext): Promise<ItemResult> {
  const source = tableOf(item);
  const version = sourceVersion(source.path);
  const survey = surveyTableHere(source, context.plan.cacheFolder);
  using crop = await requiredCrop(item, { source, survey }, context);
  const reprojection = await reprojectionOf(source, { survey, crop }, context);
  const schema = schemaOf(item, source, { survey, context, mayCut: mayCut(crop, reprojection, context) });
  const losses = new LossLog();
  noteTypeChange(source, schema, losses);
  mkdirSync(context.folder, { recursive: true });
  using writer = createWriter(item.mimetype, {
    folder: context.folder,
    schema,
    coordinatePrecision: context.plan.coordinatePrecision,
    includeGeometryField: item.options.includeGeometryField ?? true,
    losses,
  });
  using features = readFeatures(
    source,
    { fields: schema.fields, hasZ: schema.geometry?.hasZ === true, hasM: schema.geometry?.hasM === true },
    crop === null ? null : { geos: context.workshop.geos, layer: crop, mode: context.plan.cropMode },
  );
  const expected = crop === null ? survey.featureCount : crop.candidates.ids.length;
  const tally = await pump(features, writer, { reprojection, expected, context });
  writer.finish();
  if (sourceVersion(source.path) !== version) {
    throw new EngineError('source-changed', `${source.path} was changed while it was exported. Try again.`, {
      retryable: true,
    });
  }
  for (const [field, count] of features.reader.mistyped) {
    losses.add(
      'value-retyped',
      'Values that are not of the field’s declared type were converted, or left out.',
      { field, count },
    );
  }
  const counts = countsOf(survey.featureCount, { features, tally, reprojection });
  const files = readdirSync(context.folder).toSorted();
  const report = reportOf(item, { files, counts, reprojection, losses });
  return { survey, crop, files: files.map((name) => join(context.folder, name)), report };
}

function reportOf(
  { item, layer, mimetype }: PlannedItem,
  {
    files,
    counts,
    reprojection,
    losses,
  }: Pick<ItemReport, 'files' | 'counts'> & { reprojection: Reprojection | null; losses: LossLog },
): ItemReport {
  return {
    item,
    title: layer.title,
    layer_version: layer.version,
    format: mimetype,
    files,
    counts,
    coordinate_operation: reprojection?.report ?? null,
    losses: losses.entries(),
  };
}

function tableOf({ layer, kind }: PlannedItem): GeoPackageTable {
  if ('table' in layer.source) return layer.source;
  throw new EngineError('invalid-request', `${layer.title} is a ${kind}, which cannot be exported.`);
}

function mayCut(crop: LayerCrop | null, reprojection: Reprojection | null, { plan }: ItemContext): boolean {
  return (crop !== null && plan.cropMode === 'clip') || reprojection?.hasSeam === true;
}

function schemaOf(
  item: PlannedItem,
  source: GeoPackageTable,
  { survey, context, mayCut: isCut }: { survey: TableSurvey; context: ItemContext; mayCut: boolean },
): OutputSchema {
  return outputSchema(source, survey, {
    title: item.layer.title,
    description: item.layer.description,
    name: item.slug,
    ...(item.options.fields !== undefined && { fields: item.options.fields }),
    crs: source.geometry === null ? null : context.plan.crs,
    mayCut: isCut,
    modified: survey.modified,
  });
}

async function requiredCrop(
  item: PlannedItem,
  { source, survey }: { source: GeoPackageTable; survey: TableSurvey },
  { plan, workshop }: ItemContext,
): Promise<LayerCrop | null> {
  const crs = crsOf(source);
  if (plan.region === null || survey.geometry === null || crs === null) return null;
  const crop = await prepareCrop(workshop, plan.region, { crs, survey: survey.geometry });
  if (crop === null)
    throw new EngineError('invalid-request', `${item.layer.title} has no data inside the extent.`);
  if ('problem' in crop) throw new EngineError('invalid-request', crop.problem);
  return crop;
}

async function reprojectionOf(
  source: GeoPackageTable,
  { survey, crop }: { survey: TableSurvey; crop: LayerCrop | null },
  { plan, workshop }: ItemContext,
): Promise<Reprojection | null> {
  const from = crsOf(source);
  const to = plan.crs === null ? null : findCrs(plan.crs);
  if (source.geometry === null || survey.geometry === null || from === null || to === null) return null;
  return chooseReprojection(workshop, { from, to }, { geometry: survey.geometry, crop });
}

interface Tally {
  written: number;
  notProjectable: number;
}

async function pump(
  features: CroppedFeatures,
  writer: FeatureWriter,
  {
    reprojection,
    expected,
    context,
  }: { reprojection: Reprojection | null; expected: number; context: ItemContext },
): Promise<Tally> {
  const tally: Tally = { written: 0, notProjectable: 0 };
  for (const read of features.batches) {
    context.signal?.throwIfAborted();
    const moved = await reprojection?.apply(read);
    const batch = moved ?? read;
    const placed = dropMisplaced(batch);
    tally.notProjectable += batch.length - placed.length;
    tally.written += placed.length;
    writer.write(placed);
    const seen =
      features.cropper === null ? tally.written + tally.notProjectable : lookedAt(features.cropper.counts);
    context.onProgress(Math.min(1, seen / Math.max(expected, 1)), tally.written);
    // Lets a cancel in, and progress out.
    await setImmediate();
  }
  return tally;
}

function lookedAt({
  whole,
  clipped,
  outside,
  crumbs,
}: {
  whole: number;
  clipped: number;
  outside: number;
  crumbs: number;
}): number {
  return whole + clipped + outside + crumbs;
}

/** Features that the coordinate operation could not place are left out, and counted. */
function dropMisplaced(batch: FeatureBatch): FeatureBatch {
  const { geometry } = batch;
  if (geometry === null) return batch;
  const misplaced = new Set<number>();
  for (let row = 0; row < batch.length; row++) if (isMisplaced(geometry, row)) misplaced.add(row);
  if (misplaced.size === 0) return batch;
  const kept = Array.from({ length: batch.length }, (_, row) => row).filter((row) => !misplaced.has(row));
  return selectRows(batch, kept);
}

function countsOf(
  read: number,
  {
    features,
    tally,
    reprojection,
  }: { features: CroppedFeatures; tally: Tally; reprojection: Reprojection | null },
): FeatureCounts {
  const cropped = features.cropper?.counts ?? {
    whole: tally.written + tally.notProjectable,
    clipped: 0,
    crumbs: 0,
    repaired: 0,
  };
  // What is not projectable was kept by the crop before; whole features first, as clipped ones are near the region.
  const clipped = Math.max(0, cropped.clipped - Math.max(0, tally.notProjectable - cropped.whole));
  const excluded = read - tally.written;
  const counts: FeatureCounts = {
    read,
    written: tally.written,
    whole: tally.written - clipped,
    clipped,
    excluded,
    excluded_by: {
      outside_region: excluded - cropped.crumbs - tally.notProjectable,
      crumb: cropped.crumbs,
      not_projectable: tally.notProjectable,
    },
    repaired: cropped.repaired,
    cut_at_antimeridian: reprojection?.cutAtSeam() ?? 0,
  };
  const isBalanced =
    counts.excluded_by.outside_region >= 0 &&
    cropped.whole + cropped.clipped === tally.written + tally.notProjectable;
  if (!isBalanced)
    throw new EngineError('internal', `Features do not add up: ${JSON.stringify({ ...counts, cropped })}.`);
  return counts;
}

function noteTypeChange(source: GeoPackageTable, schema: OutputSchema, losses: LossLog): void {
  const [declared, written] = [source.geometry?.type, schema.geometry?.type];
  if (declared === undefined || written === undefined || declared === written) return;
  losses.add(
    'geometry-type-changed',
    `The layer declares ${declared}; it is written as ${written}, which holds what it has and what cutting makes of it.`,
  );
}
