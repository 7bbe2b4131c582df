import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { CropMode, Mimetype } from '@outcrop/contract';

import { parseRegion } from '../crop/parse-region.ts';
import { checkExportHere, type CheckOptions, type ExportCheck } from '../plan/check.ts';
import type { ExportPlan } from '../plan/plan.ts';
import type { ExportRequest, ItemOptions, PlanContext, Region } from '../plan/request.ts';
import type { PostgisTable } from '../postgis/postgis-table.ts';
import { runExport, type RunOptions, type RunResult } from '../run/run-export.ts';
import { listGeoPackageTables } from '../source/geopackage-tables.ts';
import type { GeoPackageTable, Layer } from '../source/layer.ts';

/** What a test asks of an export; the rest has defaults. */
export interface ExportWish {
  readonly tables: readonly (GeoPackageTable | PostgisTable)[];
  readonly format: Mimetype;
  readonly crs?: string | null;
  /** GeoJSON. */
  readonly extent?: unknown;
  readonly cropMode?: CropMode;
  readonly coordinatePrecision?: number;
  /** Of every item. */
  readonly options?: ItemOptions;
}

/** A table of a file, by name. */
export function tableOf(path: string, name?: string): GeoPackageTable {
  const { tables } = listGeoPackageTables(path);
  const found = name === undefined ? tables[0] : tables.find(({ table }) => table === name);
  if (found === undefined) throw new Error(`no table ${name} in ${path}`);
  return found;
}

/** A layer of a table with a title of its own. */
export function layerOf(source: GeoPackageTable | PostgisTable, id = 1): Layer {
  return {
    id,
    kind: source.kind,
    title: 'table' in source ? source.table : source.relation,
    description: 'Made for a test.',
    publisher: 'Test office',
    url: `http://127.0.0.1/layers/${id}/`,
    version: 7,
    licence: { title: 'CC BY 4.0', type: 'cc-by', url: null, attribution: 'Test office', text: null },
    source,
  };
}

/** The request of a wish. */
export function requestOf(wish: ExportWish): ExportRequest {
  const region = wish.extent === undefined ? null : regionOf(wish.extent);
  return {
    name: 'test',
    crs: wish.crs === undefined ? (wish.tables[0]?.geometry?.crs ?? null) : wish.crs,
    formats: { vector: wish.format, table: wish.format },
    items: wish.tables.map((source, index) => ({
      item: `layers/${index + 1}`,
      layer: layerOf(source, index + 1),
      options: wish.options ?? {},
    })),
    region,
    cropMode: wish.cropMode ?? 'clip',
    coordinatePrecision: wish.coordinatePrecision ?? null,
    body: {
      items: wish.tables.map((_, index) => ({ item: `layers/${index + 1}` })),
      ...(wish.extent !== undefined && { extent: wish.extent }),
    },
  };
}

function regionOf(extent: unknown): Region {
  const { region, issues } = parseRegion(extent);
  if (region === null) throw new Error(issues.join(' '));
  return region;
}

/** What a site without limits adds to it. */
export function contextOf(cacheFolder: string): PlanContext {
  return { sitePrefix: 'kx', maxArchiveBytes: null, mimetypes: null, cacheFolder };
}

/** Checks a wish in this thread. */
export function checkWish(
  wish: ExportWish,
  folder: string,
  options: CheckOptions = {},
): Promise<ExportCheck> {
  return checkExportHere(requestOf(wish), contextOf(join(folder, 'cache')), options);
}

/** The plan of a wish; fails with the reasons where there is none. */
export async function planOf(wish: ExportWish, folder: string): Promise<ExportPlan> {
  const check = await checkWish(wish, folder, { isEstimated: false });
  if (check.plan === null) throw new Error(JSON.stringify(check));
  return check.plan;
}

/** The same plan in another format. */
export function planAs(plan: ExportPlan, format: Mimetype): ExportPlan {
  return { ...plan, items: plan.items.map((item) => ({ ...item, mimetype: format })) };
}

/** Runs a wish in this process, into a new folder inside another. */
export async function exportWish(wish: ExportWish, folder: string): Promise<RunResult> {
  return exportPlan(await planOf(wish, folder), folder);
}

/** The same for a plan. */
export async function exportPlan(
  plan: ExportPlan,
  folder: string,
  options: Pick<RunOptions, 'workers'> = {},
): Promise<RunResult> {
  const place = join(folder, `run-${counter++}`);
  mkdirSync(place);
  const [archivePath, workFolder] = ['archive.zip', 'work'].map((name) => join(place, name)) as [
    string,
    string,
  ];
  return runExport(plan, { ...options, archivePath, workFolder });
}

let counter = 0;
