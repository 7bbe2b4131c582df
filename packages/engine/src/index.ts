import type { ExtentGeometry, MultiPolygon } from '@outcrop/contract';
import type { Region } from './plan/request.ts';
import type { GeoPackageTable } from './source/layer.ts';

export { EngineError } from './engine-error.ts';
export { checkExport, type ExportCheck, type ItemCheck } from './plan/check.ts';
export type { ExportPlan, PlannedItem } from './plan/plan.ts';
export type { ExportRequest, ItemOptions, PlanContext, Region, RequestedItem } from './plan/request.ts';
export {
  runExport,
  runExportInProcess,
  type RunOptions,
  type RunProgress,
  type RunResult,
} from './run/run-export.ts';
export {
  type Field,
  type FieldType,
  type GeoPackageTable,
  type GeometryColumn,
  type GeometryType,
  type Layer,
  type Licence,
  type RasterFile,
} from './source/layer.ts';

/** Tables of a GeoPackage file that can be exported, and those that cannot with the reason. Throws EngineError source-corrupt | source-unavailable. Synchronous, cheap (no table scan). */
export declare function listGeoPackageTables(path: string): { tables: GeoPackageTable[]; skipped: { table: string; reason: string }[] };
/** One scan of a table, cached in cacheFolder under the file's version. */
export declare function surveyTable(source: GeoPackageTable, cacheFolder: string): Promise<TableSurvey>;
export interface TableSurvey {
  readonly featureCount: number;
  /** In the layer's CRS: [minX, minY, maxX, maxY]; null for tables and empty layers. */
  readonly envelope: readonly [number, number, number, number] | null;
  /** EPSG:4326, longitudes beyond 180 where the data crosses the antimeridian; null where unknown. */
  readonly extent: ExtentGeometry | null;
}
/** A number that changes when the file's content changes (53-bit integer). */
export declare function sourceVersion(path: string): number;
/** Parse an extent geometry that came from outside. Issues are sentences: what, which value, what to do. */
export declare function parseRegion(geometry: unknown, options?: { maxVertices?: number; name?: string }): { region: Region; issues: [] } | { region: null; issues: string[] };
export interface CrsDescription { readonly code: string; readonly name: string; readonly kind: 'projected' | 'geographic'; readonly unit: string; /** west, south, east, north; east < west across the antimeridian */ readonly areaOfUse: readonly [number, number, number, number] | null }
/** Null where the code is not EPSG:n, is unknown, or is not usable as a target. */
export declare function describeCrs(code: string): CrsDescription | null;
/** Mimetypes the engine can write on this machine now, by kind. */
export declare function producibleFormats(): readonly string[];
/** Crop features: polygons only */
export declare function listCropFeatures(source: GeoPackageTable, nameField: string): { id: number; name: string }[];
/** Null where no such feature or it is not a polygon. EPSG:4326. */
export declare function readCropFeature(source: GeoPackageTable, featureId: number): Promise<MultiPolygon | null>;
/** Digests against manifest.json, zip integrity (independent zip reader). Never throws for a bad archive: says what is wrong. */
export declare function verifyArchive(path: string, options?: { signal?: AbortSignal }): Promise<ArchiveVerification>;
export interface ArchiveVerification { readonly ok: boolean; readonly members: { path: string; bytes: number; sha256: string; ok: boolean; problem: string | null }[]; readonly problems: string[] }
/** `Django slugify`, at most 60 characters */
export declare function slugify(text: string): string;
