import type { WireCrs } from '@outcrop/contract';

import type { Engine } from '../engine.ts';

/** A coordinate reference system as `v1.x` shows it; null where the registry does not have it. */
export function renderCrs(engine: Pick<Engine, 'describeCrs'>, code: string, apiRoot: URL): WireCrs | null {
  const crs = engine.describeCrs(code);
  if (crs === null) {
    return null;
  }
  const srid = Number(crs.code.replace(/^\D+/, ''));
  return {
    id: crs.code,
    url: crsAddress(crs.code, apiRoot),
    name: crs.name,
    kind: crs.kind === 'geographic' ? 'geographic 2D' : crs.kind,
    unit_horizontal: crs.unit,
    unit_vertical: '',
    url_external: `https://epsg.io/${srid}`,
    component_horizontal: null,
    component_vertical: null,
    srid,
  };
}

function crsAddress(code: string, apiRoot: URL): string {
  return new URL(`./coordinate-systems/${code}/`, apiRoot).href;
}
