import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

import type { ItemReport } from '@outcrop/contract';

import type { EarlyFolders, EarlyPieces } from '../archive/early-pieces.ts';
import { findCrs } from '../crs/crs.ts';
import { EngineError } from '../engine-error.ts';
import type { Envelope } from '../features/geometry-array.ts';
import { loadBlockFormat } from '../formats/direct-formats.ts';
import { LossLog } from '../formats/loss-log.ts';
import type { OutputSchema } from '../formats/output-schema.ts';
import { outputSchema } from '../plan/output-schema.ts';
import type { ExportPlan, PlannedItem } from '../plan/plan.ts';
import { sourceVersion } from '../source/geopackage-file.ts';
import type { GeoPackageTable } from '../source/layer.ts';
import { surveyTableHere, type TableSurvey } from '../source/survey.ts';
import { processBlocks } from './block-pool.ts';
import type { BlockCounts, BlockTask, ItemSetup } from './block-task.ts';
import { addCounts, featureCounts, noCounts } from './feature-counts.ts';
import { crsOf, type LayerCrop, type Workshop } from './item-pipeline.ts';
import { requireFeatures } from './require-features.ts';
import type { WorkerTeam } from './worker-team.ts';
import { planReprojection, type ReprojectionPlan } from './reprojection.ts';

/** A finished item: its files, and what happened to its features. */
export interface ItemResult {
  readonly report: ItemReport;
  /** Its files, sorted by name. */
  readonly files: readonly ItemFile[];
  readonly survey: Pick<TableSurvey, 'modified'>;
  readonly crop: Pick<LayerCrop, 'projected'> | null;
  /** What of its files has been compressed already. */
  readonly early?: EarlyPieces | undefined;
}

/** A file of an item. A File Geodatabase is a folder of them: then the name has a slash in it. */
export interface ItemFile {
  readonly name: string;
  readonly path: string;
}

/** What a run gives each of its items. */
export interface ItemContext {
  readonly plan: ExportPlan;
  readonly workshop: Workshop;
  /** Folder for the item's files; made here. */
  readonly folder: string;
  readonly team: (() => WorkerTeam) | null;
  /** How much may be done at once. */
  readonly cores: number;
  /** Where this process packs the files too: compresses what is done of them. */
  readonly early: EarlyFolders | undefined;
  /** Around all that the layer has, where its source holds only a part of it: a region is cut by what the layer is. */
  readonly layerEnvelope?: Envelope | null;
  readonly signal: AbortSignal | undefined;
  /** Told the share of the item that is done, and how many features or files. */
  readonly onProgress: (fraction: number, done: number) => void;
}

function surveyOf(source: GeoPackageTable, { plan, layerEnvelope }: ItemContext): TableSurvey {
  const survey = surveyTableHere(source, plan.cacheFolder);
  if (layerEnvelope == null || survey.geometry === null) return survey;
  return { ...survey, geometry: { ...survey.geometry, envelope: layerEnvelope } };
}

/** Runs the pipeline for one layer or table: blocks are shared out among the workers and assembled in order. */
export async function runItem(item: PlannedItem, context: ItemContext): Promise<ItemResult> {
  const source = tableOf(item);
  const version = sourceVersion(source.path);
  const survey = surveyOf(source, context);
  const crop = await requiredCrop(item, { source, survey }, context);
  const reprojection = await reprojectionOf(source, { survey, crop }, context);
  const setup = itemSetup(item, { source, survey, crop, reprojection }, context);
  const losses = new LossLog();
  noteTypeChange(source, setup.encode.schema, losses);
  const { tally, early } = await assemble(setup, {
    tasks: blockTasks(survey, crop),
    losses,
    context,
    survey,
    crop,
    title: item.layer.title,
  });
  if (sourceVersion(source.path) !== version) {
    throw new EngineError('source-changed', `${source.path} was changed while it was exported. Try again.`, {
      retryable: true,
    });
  }
  const counts = featureCounts(survey.featureCount, tally);
  const files = filesIn(context.folder);
  const report = reportOf(item, { files: files.map(({ name }) => name), counts, reprojection, losses });
  return { survey, crop, files, report, early };
}

/** The files below a folder, sorted by name. */
export function filesIn(folder: string): ItemFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => ({ name: name.split(sep).join('/'), path: join(folder, name) }))
    .filter(({ path }) => statSync(path).isFile())
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Everything is read where there is no region, else its candidates; in the same blocks however many workers there are. */
function blockTasks(survey: TableSurvey, crop: LayerCrop | null): BlockTask[] {
  if (crop === null) {
    return survey.blockStarts.map((from, block) => ({ from, before: survey.blockStarts[block + 1] ?? null }));
  }
  const { ids } = crop.candidates;
  const blocks = Math.ceil(ids.length / survey.blockRows);
  return Array.from({ length: blocks }, (_, block) => ({
    ids: ids.slice(block * survey.blockRows, (block + 1) * survey.blockRows),
  }));
}

async function assemble(
  setup: ItemSetup,
  { tasks, losses, context, survey, crop, title }: AssemblyOptions,
): Promise<{ tally: BlockCounts; early: EarlyPieces | undefined }> {
  mkdirSync(context.folder, { recursive: true });
  mkdirSync(setup.encode.pieceFolder, { recursive: true });
  const format = await loadBlockFormat(setup.mimetype);
  const { folder, signal } = context;
  const early =
    format.isWrittenByAnother?.(setup.encode) === true
      ? context.early?.watch(folder, `${setup.encode.pieceFolder}/early`)
      : undefined;
  using assembler = format.createAssembler({ ...setup.encode, folder, signal }, losses);
  const expected = Math.max(crop === null ? survey.featureCount : crop.candidates.ids.length, 1);
  const mistyped = new Map<string, number>();
  let tally = noCounts;
  for await (const block of processBlocks(setup, tasks, context)) {
    for (const piece of block.pieces) await assembler.append(piece);
    losses.merge(block.losses.filter(({ code }) => !isTakenBack(code, losses)));
    for (const [field, count] of block.mistyped) mistyped.set(field, (mistyped.get(field) ?? 0) + count);
    tally = addCounts(tally, block.counts);
    context.onProgress(Math.min(1, tally.seen / expected), tally.written);
  }
  requireFeatures(tally, { title, crs: context.plan.crs, isCropped: crop !== null });
  await assembler.finish();
  await early?.stop();
  for (const [field, count] of mistyped) {
    const detail = 'Values that are not of the field\u2019s declared type were converted, or left out.';
    losses.add('value-retyped', detail, { field, count });
  }
  return { tally, early };
}

/** What was added to bring all geometries to the same dimensions is no news where the format has dropped it. */
function isTakenBack(code: string, losses: LossLog): boolean {
  const added = /^([zm])-added$/.exec(code)?.[1];
  return added !== undefined && losses.has(`${added}-dropped`);
}

interface AssemblyOptions {
  readonly tasks: readonly BlockTask[];
  readonly losses: LossLog;
  readonly context: ItemContext;
  readonly survey: TableSurvey;
  readonly crop: LayerCrop | null;
  readonly title: string;
}

/** What a plan or a check has found out of an item. */
export interface ItemParts {
  readonly source: GeoPackageTable;
  readonly survey: TableSurvey;
  readonly crop: LayerCrop | null;
  readonly reprojection: ReprojectionPlan | null;
}

/** How the blocks of an item are processed. Pieces that are files go beside the folder. */
export function itemSetup(
  item: Pick<PlannedItem, 'layer' | 'slug' | 'options' | 'mimetype'>,
  { source, survey, crop, reprojection }: ItemParts,
  { plan, folder }: { plan: Pick<ExportPlan, 'crs' | 'cropMode' | 'coordinatePrecision'>; folder: string },
): ItemSetup {
  const schema = outputSchema(source, survey, {
    title: item.layer.title,
    description: item.layer.description,
    name: item.slug,
    ...(item.options.fields !== undefined && { fields: item.options.fields }),
    crs: source.geometry === null ? null : plan.crs,
    mayCut: (crop !== null && plan.cropMode === 'clip') || (reprojection?.seam ?? null) !== null,
    isAsItIs: crop === null && isInPlace(reprojection),
    modified: survey.modified,
  });
  return {
    source,
    mimetype: item.mimetype,
    encode: {
      schema,
      coordinatePrecision: plan.coordinatePrecision,
      includeGeometryField: item.options.includeGeometryField ?? true,
      color: item.options.color,
      pieceFolder: `${folder}-pieces`,
    },
    crop: crop === null ? null : { shape: crop.projected.shape, mode: plan.cropMode },
    reprojection,
  };
}

function isInPlace(reprojection: ReprojectionPlan | null): boolean {
  return reprojection === null || (reprojection.operation.method === 'none' && reprojection.seam === null);
}

function reportOf(
  { item, layer, mimetype }: PlannedItem,
  {
    files,
    counts,
    reprojection,
    losses,
  }: Pick<ItemReport, 'files' | 'counts'> & { reprojection: ReprojectionPlan | null; losses: LossLog },
): ItemReport {
  return {
    item,
    title: layer.title,
    layer_version: layer.version,
    format: mimetype,
    files,
    counts,
    coordinate_operation: reprojection?.operation ?? null,
    losses: losses.entries(),
  };
}

function tableOf({ layer, kind }: PlannedItem): GeoPackageTable {
  if ('table' in layer.source) return layer.source;
  throw new EngineError('invalid-request', `${layer.title} is a ${kind}, which cannot be exported.`);
}

async function requiredCrop(
  item: PlannedItem,
  { source, survey }: { source: GeoPackageTable; survey: TableSurvey },
  { plan, workshop }: ItemContext,
): Promise<LayerCrop | null> {
  const crs = crsOf(source);
  if (plan.region === null || survey.geometry === null || crs === null) return null;
  const { prepareCrop } = await import('./prepare-crop.ts');
  const crop = await prepareCrop(workshop, plan.region, {
    crs,
    survey: survey.geometry,
    version: survey.version,
  });
  if (crop === null)
    throw new EngineError('invalid-request', `${item.layer.title} has no data inside the extent.`);
  if ('problem' in crop) throw new EngineError('invalid-request', crop.problem);
  return crop;
}

async function reprojectionOf(
  source: GeoPackageTable,
  { survey, crop }: { survey: TableSurvey; crop: LayerCrop | null },
  { plan, workshop }: ItemContext,
): Promise<ReprojectionPlan | null> {
  const from = crsOf(source);
  const to = plan.crs === null ? null : findCrs(plan.crs);
  if (survey.geometry === null || from === null || to === null) return null;
  return planReprojection(workshop, { from, to }, { geometry: survey.geometry, crop });
}

function noteTypeChange(source: GeoPackageTable, schema: OutputSchema, losses: LossLog): void {
  const [declared, written] = [source.geometry?.type, schema.geometry?.type];
  if (declared === undefined || written === undefined || declared === written) return;
  losses.add(
    'geometry-type-changed',
    `The layer declares ${declared}; it is written as ${written}, which holds what it has and what cutting makes of it.`,
  );
}
