import type { WireLicence } from '@outcrop/contract';

import type { SiteLayer } from '../catalogue/site-layer.ts';

/** A layer's licence on the wire. */
export function renderLicence(layer: SiteLayer | null, apiRoot: URL): WireLicence | null {
  if (layer === null || layer.licence === null || layer.licenceId === null) {
    return null;
  }
  const { title, type, url: page, text } = layer.licence;
  const url = new URL(`licenses/${layer.licenceId}/`, apiRoot).href;
  return {
    id: layer.licenceId,
    title,
    type,
    url,
    url_html: page,
    url_fulltext: text === null ? null : `${url}fulltext/`,
  };
}
