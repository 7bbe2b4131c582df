import { fileURLToPath } from 'node:url';

import { isSpatial, type Kind, type MultiPolygon } from '@outcrop/contract';
import type { Layer, PlanContext, PostgisAddress } from '@outcrop/engine';

import { type Engine, outcropEngine, type RasterSummary, type TableSummary } from '../engine.ts';
import { type AccessConfig, isAmong, layerRights } from './access-config.ts';
import { isPostgisAddress, PostgisSources } from './postgis-sources.ts';
import { readSiteConfig } from './read-site-config.ts';
import type { LayerConfig, SiteConfig, SiteLimits } from './site-config.ts';
import { SiteError } from './site-error.ts';
import {
  isGeoPackageTable,
  isRasterKind,
  isTable,
  layerReference,
  type LayerSource,
  type SiteLayer,
} from './site-layer.ts';
import { resolveSiteFile, type SitePaths, sitePaths } from './site-paths.ts';
import { rasterFile, type SourceLocation, SourceReader } from './source-reader.ts';

/** Views of a site that are kept: one for each set of groups that somebody is in. */
const mostViews = 256;

/** A feature that can be picked as an extent. */
export interface CropFeatureEntry {
  readonly id: number;
  readonly name: string;
}

interface SiteParts {
  readonly config: SiteConfig;
  readonly paths: SitePaths;
  readonly layers: readonly SiteLayer[];
  readonly engine: Engine;
  readonly sources: SourceReader;
  readonly postgis: PostgisSources;
}

type KnownCropFeatures = Map<number, { version: number; features: readonly CropFeatureEntry[] }>;
type KnownRasters = Map<number, { version: number; summary: Promise<RasterSummary> }>;

/**
 * A site folder, opened: its catalogue and its data. No server and no database. As opened it has every layer; what is
 * shown to someone is `seenBy` that person.
 */
export class Site {
  readonly config: SiteConfig;
  readonly paths: SitePaths;
  readonly layers: readonly SiteLayer[];
  readonly engine: Engine;
  readonly #sources: SourceReader;
  readonly #postgis: PostgisSources;
  readonly #whole: Site | null;
  readonly #groups: readonly string[] | null;
  readonly #cropFeatures: KnownCropFeatures;
  readonly #rasters: KnownRasters;
  readonly #views = new Map<string, Site>();

  /** Use `openSite`. */
  constructor(parts: SiteParts, view: { whole: Site; groups: readonly string[] } | null = null) {
    this.config = parts.config;
    this.paths = parts.paths;
    this.layers = parts.layers;
    this.engine = parts.engine;
    this.#sources = parts.sources;
    this.#postgis = parts.postgis;
    this.#whole = view?.whole ?? null;
    this.#groups = view?.groups ?? null;
    this.#cropFeatures = view === null ? new Map() : view.whole.#cropFeatures;
    this.#rasters = view === null ? new Map() : view.whole.#rasters;
  }

  /** The site as those see it who are in these groups: without the layers that they may not see. Null sees all. */
  seenBy(groups: readonly string[] | null): Site {
    const whole = this.#whole ?? this;
    if (groups === null) return whole;
    const known = Object.keys(whole.config.access.groups).filter((name) => groups.includes(name));
    const key = known.join(' ');
    const view = whole.#views.get(key) ?? whole.#viewOf(known);
    if (whole.#views.size < mostViews) whole.#views.set(key, view);
    return view;
  }

  #viewOf(groups: readonly string[]): Site {
    const { config, paths, engine } = this;
    const layers = this.layers.filter(({ rights }) => isAmong(rights.view, groups));
    const sources = { sources: this.#sources, postgis: this.#postgis };
    return new Site({ config, paths, engine, layers, ...sources }, { whole: this, groups });
  }

  /** Whether whoever sees the site so may download a layer. */
  mayDownload({ rights }: SiteLayer): boolean {
    return isAmong(rights.view, this.#groups) && isAmong(rights.download, this.#groups);
  }

  /** Whether the site has a layer that is not shown to whoever sees it so. */
  hides(layerId: number): boolean {
    return (
      this.#whole !== null && this.findLayer(layerId) === null && this.#whole.findLayer(layerId) !== null
    );
  }

  /** Layers whose features can be picked as an extent. */
  get cropLayers(): readonly SiteLayer[] {
    return this.layers.filter((layer) => layer.isCropLayer);
  }

  /** First word of archive names. */
  get sitePrefix(): string {
    return this.config.prefix;
  }

  get limits(): SiteLimits {
    return this.config.limits;
  }

  /** What the site adds to every plan. */
  get planContext(): PlanContext {
    return {
      sitePrefix: this.sitePrefix,
      maxArchiveBytes: leastOf(this.limits.max_archive_bytes, this.limits.max_bytes_per_day),
      mimetypes: null,
      cacheFolder: fileURLToPath(this.paths.cache),
    };
  }

  /** Null where the site has no such layer or table. */
  findLayer(layerId: number): SiteLayer | null {
    return this.layers.find((layer) => layer.id === layerId) ?? null;
  }

  /** Where the table of a layer is that is one of another database; null where it is not, and where there is no such layer. */
  postgisAddressOf(layerId: number): PostgisAddress | null {
    const layer = this.findLayer(layerId);
    return layer === null ? null : postgisAddress(layer);
  }

  /** Where a layer's data are now, or why they cannot be had. */
  readSource(layer: SiteLayer): LayerSource {
    const address = postgisAddress(layer);
    return address === null ? this.#sources.read(sourceLocation(layer)) : this.#postgis.read(address);
  }

  /** Count and extent of a layer; null for a raster and for a layer that cannot be read. */
  async survey(layer: SiteLayer): Promise<TableSummary | null> {
    const { source } = this.readSource(layer);
    if (source === null || !isTable(source)) {
      return null;
    }
    return this.engine.surveyTable(source, fileURLToPath(this.paths.cache));
  }

  /** What a raster layer looks like; null for features and for a layer that cannot be read. */
  async summariseRaster(layer: SiteLayer): Promise<RasterSummary | null> {
    const { source, version } = this.readSource(layer);
    if (source === null || isTable(source)) {
      return null;
    }
    const known = this.#rasters.get(layer.id);
    if (known?.version === version) {
      return known.summary;
    }
    // Kept, as its extent in degrees can take a program of GDAL, and every list of layers says it.
    const made = { version, summary: this.engine.summariseRaster(source, fileURLToPath(this.paths.cache)) };
    this.#rasters.set(layer.id, made);
    made.summary.catch(() => {
      if (this.#rasters.get(layer.id) === made) this.#rasters.delete(layer.id);
    });
    return made.summary;
  }

  /** The features of a crop layer; none where its source cannot be read. */
  listCropFeatures(layer: SiteLayer): readonly CropFeatureEntry[] {
    const { source, version } = this.readSource(layer);
    if (source === null || !isGeoPackageTable(source) || layer.nameField === null) {
      return [];
    }
    const known = this.#cropFeatures.get(layer.id);
    if (known?.version === version) {
      return known.features;
    }
    const features = this.engine.listCropFeatures(source, layer.nameField);
    this.#cropFeatures.set(layer.id, { version, features });
    return features;
  }

  /** A crop feature with its geometry, EPSG:4326; null where there is none. */
  async readCropFeature(
    layer: SiteLayer,
    featureId: number,
  ): Promise<(CropFeatureEntry & { geometry: MultiPolygon }) | null> {
    const entry = this.listCropFeatures(layer).find((feature) => feature.id === featureId);
    const { source } = this.readSource(layer);
    if (entry === undefined || source === null || !isGeoPackageTable(source)) {
      return null;
    }
    const geometry = await this.engine.readCropFeature(source, featureId);
    return geometry === null ? null : { ...entry, geometry };
  }

  /** What the engine needs to know of a layer. For a source that cannot be read, what the catalogue knows. */
  engineLayer(layer: SiteLayer, layerUrl: string): Layer {
    const { source, version } = this.readSource(layer);
    return {
      id: layer.id,
      kind: layer.kind,
      title: layer.title,
      description: layer.description,
      publisher: this.config.publisher,
      url: layerUrl,
      version: version ?? 0,
      licence: layer.licence,
      source: source ?? unreadableSource(layer),
    };
  }

  /** Lets go of what was cached. */
  async close(): Promise<void> {
    this.#cropFeatures.clear();
    await this.#postgis.settle();
  }
}

/**
 * Opens a site folder.
 *
 * @throws SiteError where there is no `outcrop.yaml`, or it is wrong. A layer whose data cannot be read is no
 *   failure: it is listed with the reason.
 */
export async function openSite(folder: URL, engine: Engine = outcropEngine): Promise<Site> {
  const paths = sitePaths(folder);
  const file = await readSiteConfig(paths.configFile);
  if (file === null) {
    const path = fileURLToPath(paths.folder);
    throw new SiteError(`There is no outcrop.yaml in ${path}; write one with \`outcrop init ${path}\`.`);
  }
  const sources = new SourceReader(engine, paths.folder);
  const licences = new Map<string, number>();
  const layers: SiteLayer[] = [];
  const postgis = new PostgisSources(engine);
  for (const config of file.config.layers) {
    const isFile = !isPostgisAddress(config.file);
    const path = isFile ? await resolveSiteFile(paths.folder, config.file) : config.file;
    layers.push(describeLayer(config, { path, licences, access: file.config.access }));
  }
  await postgis.describe(layers.map(postgisAddress).filter((address) => address !== null));
  const site = new Site({ config: file.config, paths, layers, engine, sources, postgis });
  // What a source turns out to be counts for more than what the catalogue says.
  for (const [index, layer] of layers.entries()) {
    const { source } = site.readSource(layer);
    if (source !== null) layers[index] = { ...layer, kind: source.kind };
  }
  return site;
}

function describeLayer(
  config: LayerConfig,
  { path, licences, access }: { path: string; licences: Map<string, number>; access: AccessConfig },
): SiteLayer {
  const kind = config.kind ?? guessKind(config.file);
  return {
    id: config.id,
    kind,
    title: config.title,
    description: config.description,
    file: config.file,
    path,
    table: isRasterKind(kind) ? null : (config.table ?? null),
    crs: config.crs ?? null,
    licence: config.licence,
    licenceId: config.licence === null ? null : licenceNumber(JSON.stringify(config.licence), licences),
    isCropLayer: config.crop_layer,
    nameField: config.name_field ?? null,
    rights: layerRights(access, config),
  };
}

function licenceNumber(licence: string, licences: Map<string, number>): number {
  const known = licences.get(licence) ?? licences.size + 1;
  licences.set(licence, known);
  return known;
}

function guessKind(file: string): Kind {
  const name = file.toLowerCase();
  if (name.endsWith('.gpkg') || isPostgisAddress(file)) {
    return 'vector';
  }
  return name.endsWith('.asc') ? 'grid' : 'raster';
}

function sourceLocation({ path, table, kind, crs }: SiteLayer): SourceLocation {
  return { path, table, kind: isRasterKind(kind) ? kind : null, crs };
}

function postgisAddress({ path, table }: SiteLayer): PostgisAddress | null {
  return isPostgisAddress(path) && table !== null ? { connection: path, table } : null;
}

function unreadableSource(layer: SiteLayer): Layer['source'] {
  if (layer.table === null) {
    return rasterFile(sourceLocation(layer));
  }
  return {
    path: postgisAddress(layer) === null ? layer.path : '',
    table: layer.table,
    kind: isSpatial(layer.kind) ? 'vector' : 'table',
    fidColumn: 'rowid',
    geometry: null,
    fields: [],
    identifier: null,
    description: null,
  };
}

/** An archive that is more than a day's worth could never be made. */
function leastOf(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

/** The address of a layer on a site, or its reference where the site has none. */
export function layerAddress(layer: SiteLayer, apiRoot: URL | null): string {
  const reference = `${layerReference(layer)}/`;
  return apiRoot === null ? reference : new URL(reference, apiRoot).href;
}
