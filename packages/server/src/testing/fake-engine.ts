import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { ExtentGeometry, MultiPolygon, Reason } from '@outcrop/contract';
import {
  EngineError,
  type ExportCheck,
  type ExportRequest,
  type GeoPackageTable,
  type PlanContext,
  type ProcessOptions,
  type RasterFile,
  type Region,
} from '@outcrop/engine';

import type { Engine } from '../engine.ts';

/** What a `.gpkg` of these tests holds, as JSON: the fake engine reads that instead. */
export interface FakeTable {
  readonly table: string;
  readonly geometryType?: 'POINT' | 'MULTIPOLYGON';
  readonly identifier?: string;
  readonly fields?: readonly string[];
  readonly features?: readonly { id: number; name: string; geometry: MultiPolygon }[];
}

/** The bytes of every archive that the fake engine makes: a zip with a `report.json`, as `zip -0X` writes it. */
export const fakeArchive = Buffer.from(
  'UEsDBAoAAAAAAAAAIgBqBTPVRgAAAEYAAAALAAAAcmVwb3J0Lmpzb257InJlcG9ydF92ZXJzaW9uIjoxLCJlbmdpbmUiOiJmYWtlIiwiY3JzIjpudWxsLCJjcm9wIjpudWxsLCJpdGVtcyI6W119UEsBAh4DCgAAAAAAAAAiAGoFM9VGAAAARgAAAAsAAAAAAAAAAAAAAKSBAAAAAHJlcG9ydC5qc29uUEsFBgAAAAABAAEAOQAAAG8AAAAAAA==',
  'base64',
);
/** Their SHA-256, hex. */
export const fakeArchiveSha256 = createHash('sha256').update(fakeArchive).digest('hex');

const fakeFormats: readonly string[] = ['application/x-ogc-gpkg', 'text/csv'];

/** How a run of the fake engine goes: it may wait, report, and throw. */
export type FakeRun = (options: ProcessOptions) => Promise<void>;

/** An engine whose runs, and the bytes of whose archives, a test decides. */
export type FakeEngine = Engine & { run: FakeRun; archive: Buffer };

/** An engine without geodata: answers by the same types and rules, instantly. `run` may be replaced at any time. */
export function fakeEngine(): FakeEngine {
  const fake: FakeEngine = {
    run: (async () => undefined) as FakeRun,
    archive: fakeArchive,
    listGeoPackageTables: (path: string) => ({
      tables: readTables(path).map((table) => describeTable(path, table)),
      skipped: [],
    }),
    sourceVersion: (path: string) => Math.round(statSync(path).mtimeMs * 1000) % Number.MAX_SAFE_INTEGER,
    rasterVersion: (path: string) => Math.round(statSync(path).mtimeMs * 1000) % Number.MAX_SAFE_INTEGER,
    rasterNames: (names: readonly string[]) =>
      names.filter(
        (name) =>
          /\.(tif|asc|vrt)$/.test(name) ||
          (name.endsWith('.jpg') && names.includes(name.replace('.jpg', '.jgw'))),
      ),
    vrtSources: () => [],
    summariseRaster: async ({ path }: RasterFile) => ({
      kind: path.endsWith('.asc') ? ('grid' as const) : ('raster' as const),
      crs: 'EPSG:4326',
      isUniform: true,
      envelope: [165, -48, 180, -34] as const,
      extent: rectangle([165, -48, 180, -34]),
      tiles: ['one'],
      resolution: 0.5,
      bands: [{ type: 'Byte', interpretation: 'Gray', nodata: null }],
    }),
    surveyTable: async (source: Pick<GeoPackageTable, 'geometry'>) => ({
      featureCount: 3,
      envelope: source.geometry === null ? null : ([165, -48, 180, -34] as const),
      extent: source.geometry === null ? null : rectangle([165, -48, 180, -34]),
    }),
    parseRegion,
    describeCrs: (code: string) =>
      ['EPSG:4326', 'EPSG:2193'].includes(code)
        ? { code, name: code, kind: 'projected' as const, unit: 'metre', areaOfUse: null }
        : null,
    producibleFormats: async (): Promise<readonly string[]> => fakeFormats,
    describePostgisTable: async () => {
      throw new Error('the tests of the site have no PostGIS');
    },
    importFile: async () => ({ layers: [], skipped: [] }),
    listCropFeatures: (source: GeoPackageTable) => featuresOf(source).map(({ id, name }) => ({ id, name })),
    readCropFeature: async (source: GeoPackageTable, featureId: number) =>
      featuresOf(source).find(({ id }) => id === featureId)?.geometry ?? null,
    checkExport: async (request: ExportRequest, context: PlanContext): Promise<ExportCheck> =>
      check(request, { ...context, mimetypes: context.mimetypes ?? (await fake.producibleFormats()) }),
    engineVersion: () => 'fake 1.0',
    finishedItemFiles: () => null,
    adoptFinishedItem: () => false,
    async runInProcess(plan: { name: string }, options: ProcessOptions) {
      options.signal?.throwIfAborted();
      await fake.run(options);
      options.signal?.throwIfAborted();
      if (options.archivePath === null) return null;
      await mkdir(dirname(options.archivePath), { recursive: true });
      await writeFile(options.archivePath, fake.archive);
      const report = { report_version: 1 as const, engine: plan.name, crs: null, crop: null, items: [] };
      return {
        archivePath: options.archivePath,
        bytes: fake.archive.length,
        unzippedBytes: 200,
        sha256: fakeArchiveSha256,
        report,
      };
    },
  };
  return fake;
}

/** A rectangle in degrees: west, south, east, north. */
export function rectangle([west, south, east, north]: readonly [
  number,
  number,
  number,
  number,
]): MultiPolygon {
  return {
    type: 'MultiPolygon',
    coordinates: [
      [
        [
          [west, south],
          [east, south],
          [east, north],
          [west, north],
          [west, south],
        ],
      ],
    ],
  };
}

function readTables(path: string): FakeTable[] {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as FakeTable[];
  } catch (error) {
    throw new EngineError('source-corrupt', `${path} is not a GeoPackage.`, { cause: error });
  }
}

function describeTable(path: string, table: FakeTable): GeoPackageTable {
  return {
    path,
    table: table.table,
    kind: table.geometryType === undefined ? 'table' : 'vector',
    fidColumn: 'fid',
    geometry:
      table.geometryType === undefined
        ? null
        : { name: 'geom', type: table.geometryType, hasZ: false, hasM: false, crs: 'EPSG:4326' },
    fields: (table.fields ?? ['name']).map((name) => ({ name, type: 'text' as const })),
    identifier: table.identifier ?? null,
    description: null,
  };
}

function featuresOf(source: GeoPackageTable): NonNullable<FakeTable['features']> {
  return readTables(source.path).find(({ table }) => table === source.table)?.features ?? [];
}

function parseRegion(
  geometry: unknown,
  options: { maxVertices?: number; name?: string } = {},
): { region: Region; issues: [] } | { region: null; issues: string[] } {
  const extent = geometry as ExtentGeometry;
  if (extent.type !== 'Polygon' && extent.type !== 'MultiPolygon') {
    return {
      region: null,
      issues: [`The extent is not a polygon but ${JSON.stringify(Reflect.get(Object(geometry), 'type'))}.`],
    };
  }
  const coordinates = extent.type === 'Polygon' ? [extent.coordinates] : extent.coordinates;
  const vertices = coordinates.flat(2).length;
  if (vertices > (options.maxVertices ?? Infinity)) {
    return {
      region: null,
      issues: [`The extent has ${vertices} vertices; simplify it to ${options.maxVertices}.`],
    };
  }
  return {
    region: { geometry: { type: 'MultiPolygon', coordinates }, name: options.name ?? null, notices: [] },
    issues: [],
  };
}

function check(request: ExportRequest, context: PlanContext): ExportCheck {
  const items = request.items.map((item) => ({
    item: item.item,
    reasons: reasonsAgainst(request, item.layer.kind, context),
    featureCount: 3,
    sizeEstimateUnzipped: 200,
    sizeEstimateZipped: 100,
    secondsEstimate: 1,
  }));
  const isValid = items.every(({ reasons }) => reasons.length === 0);
  const name = `${context.sitePrefix}-${(request.name ?? 'export').toLowerCase().replaceAll(' ', '-')}`;
  const plan = {
    name,
    crs: request.crs,
    region: request.region,
    cropMode: request.cropMode,
    coordinatePrecision: request.coordinatePrecision,
    items: [],
    cacheFolder: context.cacheFolder,
    mosaic: false,
    operations: {},
    body: request.body,
  };
  return {
    plan: isValid ? plan : null,
    isValid,
    name,
    reasons: [],
    items,
    warnings: [],
    sizeEstimateZipped: isValid ? 100 * items.length : 0,
  };
}

function reasonsAgainst(
  request: ExportRequest,
  kind: 'vector' | 'table' | 'raster' | 'grid' | 'rat',
  context: PlanContext,
): Reason[] {
  const mimetype = request.formats[kind];
  if (mimetype === undefined) {
    return [{ code: 'missing-format', detail: `Add a format for ${kind}.` }];
  }
  if (kind === 'raster' || kind === 'grid' || !(context.mimetypes ?? fakeFormats).includes(mimetype)) {
    return [{ code: 'invalid-format', detail: `${mimetype} is no format for ${kind} here.` }];
  }
  const west = request.region?.geometry.coordinates[0]?.[0]?.[0]?.[0] ?? 170;
  return west < 100 ? [{ code: 'outside-extent', detail: 'Nothing is there.' }] : [];
}
