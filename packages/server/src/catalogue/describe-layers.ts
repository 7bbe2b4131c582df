import { type ExtentGeometry, formatLabel, type Kind } from '@outcrop/contract';

import { apiRoot } from '../exports/api-root.ts';
import { inspectLayer } from './inspect-layer.ts';
import { layerAddress, type Site } from './site.ts';

/** A layer as `outcrop layers --json` lists it. */
export interface LayerListing {
  readonly id: number;
  /** Absolute where the site has an address, else a reference such as `layers/3/`. */
  readonly url: string;
  readonly kind: Kind;
  readonly title: string;
  readonly crs: string | null;
  /** EPSG:4326. */
  readonly extent: ExtentGeometry | null;
  readonly featureCount: number | null;
  readonly geometryType: string | null;
  /** How many tiles a layer of pixels has. */
  readonly tiles: number | null;
  /** Size of its pixels in units of its CRS. */
  readonly resolution: number | null;
  readonly formats: readonly { readonly name: string; readonly mimetype: string }[];
  readonly cropLayer: boolean;
  readonly unavailable: string | null;
}

/**
 * Lists the layers and tables of a site with what their data say of them.
 *
 * @param baseUrl the address of the site; null where it has none.
 */
export async function describeLayers(site: Site, baseUrl: URL | null): Promise<LayerListing[]> {
  const root = baseUrl === null ? null : apiRoot(baseUrl);
  const listings: LayerListing[] = [];
  for (const layer of site.layers) {
    const { survey, table, raster, crs, extent, formats, unavailable } = await inspectLayer(site, layer);
    listings.push({
      id: layer.id,
      url: layerAddress(layer, root),
      kind: layer.kind,
      title: layer.title,
      crs,
      extent,
      featureCount: survey?.featureCount ?? null,
      geometryType: table?.geometry?.type ?? null,
      tiles: raster?.tiles.length ?? null,
      resolution: raster?.resolution ?? null,
      formats: formats.map((format) => ({
        name: formatLabel(format, layer.kind),
        mimetype: format.mimetype,
      })),
      cropLayer: layer.isCropLayer,
      unavailable,
    });
  }
  return listings;
}
