import type { Region } from '@outcrop/engine';

import type { Site } from '../catalogue/site.ts';
import { parseReference } from './reference.ts';
import type { RequestBody } from './request-body.ts';

/** An extent looked up: the region and, for a crop feature, its reference; or what is wrong with it. */
export type ResolvedExtent =
  | { readonly region: Region | null; readonly reference: string | null; readonly issues: null }
  | { readonly region: null; readonly reference: null; readonly issues: readonly string[] };

/** Parses the geometry of an extent, or fetches the crop feature it refers to. */
export async function resolveExtent(
  site: Site,
  extent: NonNullable<RequestBody['extent']> | null,
  options: { baseUrl: URL | null; maxVertices: number | null },
): Promise<ResolvedExtent> {
  if (extent === null || extent === '') {
    return { region: null, reference: null, issues: null };
  }
  if (typeof extent === 'string') {
    return resolveCropFeature(site, extent, options.baseUrl);
  }
  const limit = options.maxVertices === null ? {} : { maxVertices: options.maxVertices };
  const { region, issues } = site.engine.parseRegion(extent, limit);
  return region === null ? refuse(...issues) : { region, reference: null, issues: null };
}

async function resolveCropFeature(site: Site, written: string, baseUrl: URL | null): Promise<ResolvedExtent> {
  const { path, problem } = parseReference(written, baseUrl);
  if (path === null) {
    return refuse(problem);
  }
  const match = /^exports\/croplayers\/(\d{1,10})\/cropfeatures\/(\d{1,16})$/.exec(path);
  if (match === null) {
    return refuse(
      `${JSON.stringify(written)} is not a crop feature; write it like exports/croplayers/1/cropfeatures/2/, or give a GeoJSON geometry.`,
    );
  }
  const layer = site.cropLayers.find((one) => one.id === Number(match[1]));
  if (layer === undefined) {
    return refuse(
      `${JSON.stringify(written)}: this site has no crop layer ${match[1]}; see exports/croplayers/ for those it has.`,
    );
  }
  const feature = await site.readCropFeature(layer, Number(match[2]));
  if (feature === null) {
    return refuse(
      `${JSON.stringify(written)}: crop layer ${layer.id} has no feature ${match[2]}; see exports/croplayers/${layer.id}/cropfeatures/.`,
    );
  }
  const { region, issues } = site.engine.parseRegion(feature.geometry, { name: feature.name });
  return region === null ? refuse(...issues) : { region, reference: `${path}/`, issues: null };
}

function refuse(...issues: readonly string[]): ResolvedExtent {
  return { region: null, reference: null, issues };
}
