import type { WireLicence } from '@outcrop/contract';

import type { SiteLayer } from '../catalogue/site-layer.ts';

/** A layer's licence on the wire. */
export function renderLicence(layer: SiteLayer | null): WireLicence | null {
  if (layer === null || layer.licence === null || layer.licenceId === null) {
    return null;
  }
  const { title, type, url } = layer.licence;
  return { id: layer.licenceId, title, type, url, url_html: url };
}
