import { findFormat, isSpatial, type Kind, type WireItem, type WireOptions } from '@outcrop/contract';
import type { ExportRequest, ItemOptions, RasterOptions, RequestedItem } from '@outcrop/engine';

import { layerAddress, type Site } from '../catalogue/site.ts';
import { layerReference, type SiteLayer } from '../catalogue/site-layer.ts';
import { type NotifyRequest, toNotifyRequest } from '../notifications/notify-request.ts';
import { apiRoot } from './api-root.ts';
import { parseReference } from './reference.ts';
import { type FieldErrors, parseRequestBody, type RequestBody } from './request-body.ts';
import { resolveExtent } from './resolve-extent.ts';

/** A create's body as a site keeps it: references without host, so that it is right whatever the site's address. */
export interface SubmittedRequest {
  readonly items: readonly WireItem[];
  readonly formats: Readonly<Partial<Record<Kind, string>>>;
  readonly crs: string | null;
  /** A geometry as it was sent, the reference of a crop feature, or none. */
  readonly extent: unknown;
  readonly options: WireOptions;
}

/** A request with everything looked up. */
export interface ResolvedRequest {
  readonly request: ExportRequest;
  readonly submitted: SubmittedRequest;
  /** The items as the caller wrote them. */
  readonly written: readonly WireItem[];
  /** Who wants to be told of the end; kept apart from the request, which goes into archives. */
  readonly notify: NotifyRequest | null;
}

/** How a request is resolved. */
export interface ResolveOptions {
  /** The address of the site; null where no server runs, and then only references such as `layers/3` are understood. */
  readonly baseUrl: URL | null;
  /** Largest number of vertices of a drawn extent; null for no limit. */
  readonly maxVertices: number | null;
}

/** A body that cannot be used: problems by field, and the layers it names that are not shown to whoever sent it. */
export interface UnusableBody {
  readonly errors: FieldErrors;
  /** `layers/3/`; for the audit log only, as they look as if they did not exist. */
  readonly withheld: readonly string[];
}

interface FoundItem {
  readonly written: WireItem;
  readonly layer: SiteLayer;
  readonly pinnedVersion: number | null;
}

/**
 * Turns the body of a create into what the engine can plan: layers found, extent parsed or fetched. Reports every
 * problem it finds, by field.
 */
export async function resolveRequest(
  site: Site,
  body: unknown,
  options: ResolveOptions,
): Promise<ResolvedRequest | UnusableBody> {
  const parsed = parseRequestBody(body, site.limits);
  if (parsed.errors !== null) {
    return { errors: parsed.errors, withheld: [] };
  }
  const errors: FieldErrors = {};
  const withheld: string[] = [];
  const items = parsed.body.items.flatMap((item) =>
    findItem(site, item, { baseUrl: options.baseUrl, errors, withheld }),
  );
  const crsProblem = checkCrs(site, parsed.body, items);
  if (crsProblem !== null) {
    errors['crs'] = [crsProblem];
  }
  const extent = await resolveExtent(site, parsed.body.extent ?? null, options);
  if (extent.issues !== null) {
    errors['extent'] = [...extent.issues];
  }
  if (Object.keys(errors).length > 0 || extent.issues !== null) {
    return { errors, withheld };
  }
  const submitted = describeSubmitted(parsed.body, items, extent.reference ?? parsed.body.extent ?? null);
  const root = options.baseUrl === null ? null : apiRoot(options.baseUrl);
  const request: ExportRequest = {
    name: parsed.body.name ? parsed.body.name : null,
    crs: submitted.crs,
    formats: submitted.formats,
    items: items.map((item) => requestedItem(site, item, root)),
    region: extent.region,
    cropMode: submitted.options.crop_mode ?? 'clip',
    coordinatePrecision: submitted.options.coordinate_precision ?? null,
    mosaic: submitted.options.mosaic ?? false,
    body: { ...(parsed.body.name ? { name: parsed.body.name } : {}), ...pinVersions(site, submitted, items) },
  };
  return {
    request,
    submitted,
    written: items.map((item) => item.written),
    notify: toNotifyRequest(parsed.body.notify),
  };
}

function findItem(
  site: Site,
  item: RequestBody['items'][number],
  { baseUrl, errors, withheld }: { baseUrl: URL | null; errors: FieldErrors; withheld: string[] },
): FoundItem[] {
  const result = lookUp(site, item.item, baseUrl);
  if (typeof result === 'string') {
    (errors['items'] ??= []).push(result);
    withheld.push(...hiddenLayer(site, item.item, baseUrl));
    return [];
  }
  return [{ written: withoutUndefined(item), ...result }];
}

function lookUp(
  site: Site,
  reference: string,
  baseUrl: URL | null,
): { layer: SiteLayer; pinnedVersion: number | null } | string {
  const { path, problem } = parseReference(reference, baseUrl);
  if (path === null) {
    return problem;
  }
  const match = /^(layers|tables)\/(\d{1,10})(?:\/versions\/(\d{1,16}))?$/.exec(path);
  if (match === null) {
    return `${JSON.stringify(reference)} is not a layer or a table; write it like layers/3 or tables/7.`;
  }
  const layer = site.findLayer(Number(match[2]));
  if (layer === null) {
    return `${JSON.stringify(reference)}: this site has no ${match[1] === 'tables' ? 'table' : 'layer'} ${match[2]}; see layers/ and tables/ for those it has.`;
  }
  if (!layerReference(layer).startsWith(`${match[1]}/`)) {
    return `${JSON.stringify(reference)}: ${layer.id} is a ${layer.kind === 'table' ? 'table' : 'layer'}; write ${layerReference(layer)}.`;
  }
  const pinnedVersion = match[3] === undefined ? null : Number(match[3]);
  const { version } = site.readSource(layer);
  if (pinnedVersion !== null && version !== null && pinnedVersion !== version) {
    return `${JSON.stringify(reference)}: the data have changed, the version is now ${version}; leave out versions/${pinnedVersion} to export them as they are.`;
  }
  return { layer, pinnedVersion };
}

/** The reference of a layer that exists, but not for whoever sees the site so; none for any other. */
function hiddenLayer(site: Site, reference: string, baseUrl: URL | null): string[] {
  const match = /^(layers|tables)\/(\d{1,10})(?:\/|$)/.exec(parseReference(reference, baseUrl).path ?? '');
  return match !== null && site.hides(Number(match[2])) ? [`${match[1]}/${match[2]}/`] : [];
}

/** A CRS is needed as soon as one item has a place on earth and a format that may be in any CRS. */
function checkCrs(site: Site, body: RequestBody, items: readonly FoundItem[]): string | null {
  if (body.crs !== undefined && body.crs !== null && body.crs !== '') {
    return site.engine.describeCrs(body.crs) === null
      ? `${JSON.stringify(body.crs)} is not a coordinate reference system that can be exported to; use a code such as EPSG:2193 or EPSG:4326.`
      : null;
  }
  const isNeeded = items.some(({ layer }) => {
    const mimetype = body.formats[layer.kind];
    return isSpatial(layer.kind) && mimetype !== undefined && findFormat(mimetype)?.fixedCrs === undefined;
  });
  return isNeeded ? 'This field is required: give a code such as EPSG:2193 or EPSG:4326.' : null;
}

function requestedItem(site: Site, item: FoundItem, root: URL | null): RequestedItem {
  const dwgOptions = (['include_hatching', 'include_xdata'] as const).filter(
    (name) => item.written[name] === true,
  );
  const raster = rasterOptions(item.written);
  const options: ItemOptions = {
    ...(raster === null ? {} : { raster }),
    ...(item.written.fields === undefined ? {} : { fields: item.written.fields }),
    ...(item.written.include_geometry_field === undefined
      ? {}
      : { includeGeometryField: item.written.include_geometry_field }),
    ...(item.written.color === undefined ? {} : { color: item.written.color }),
    ...(dwgOptions.length === 0 ? {} : { dwgOptions }),
  };
  return {
    item: item.written.item,
    layer: site.engineLayer(item.layer, layerAddress(item.layer, root)),
    options,
  };
}

/** What was said of pixels; null where nothing was. */
function rasterOptions(written: WireItem): RasterOptions | null {
  const options = withoutUndefined({
    tiles: written.tiles,
    resolutionMultiplier: written.raster_resolution_multiplier,
    includeRasterTab: written.include_raster_tab,
    scaleToBytes: written.scale_to_bytes,
  });
  return Object.keys(options).length === 0 ? null : options;
}

function describeSubmitted(
  body: RequestBody,
  items: readonly FoundItem[],
  extent: unknown,
): SubmittedRequest {
  return {
    items: items.map(({ written, layer, pinnedVersion }) => ({
      ...written,
      item: `${layerReference(layer)}/${pinnedVersion === null ? '' : `versions/${pinnedVersion}/`}`,
    })),
    formats: body.formats,
    crs: body.crs ? body.crs : null,
    extent,
    options: withoutUndefined(body.options ?? {}),
  };
}

/** `request.json` of the archive: sent again, it asks for exactly the same data. */
function pinVersions(site: Site, submitted: SubmittedRequest, items: readonly FoundItem[]): object {
  return {
    ...(submitted.crs === null ? {} : { crs: submitted.crs }),
    formats: submitted.formats,
    items: submitted.items.map((item, index) => {
      const layer = items[index]?.layer;
      const version = layer === undefined ? null : site.readSource(layer).version;
      return layer === undefined || version === null
        ? item
        : { ...item, item: `${layerReference(layer)}/versions/${version}/` };
    }),
    ...(submitted.extent === null ? {} : { extent: submitted.extent }),
    ...(Object.keys(submitted.options).length === 0 ? {} : { options: submitted.options }),
  };
}

/** Drops keys whose value is undefined, which the exact types of the wire do not allow. */
function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]: Exclude<T[K], undefined> };
}
