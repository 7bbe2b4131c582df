import { createRequire } from 'node:module';

import type { Crs } from './crs.ts';

const require = createRequire(import.meta.url);

interface EsriEntry {
  readonly wkid: number;
  readonly latestWkid?: number;
  readonly wkt: string;
}

/** The CRS as the vendor of `.prj` files writes it; null for one that is not in their list. */
export function esriWkt(crs: Crs): string | null {
  const entries =
    crs.kind === 'projected'
      ? (require('@esri/proj-codes/pe_list_projcs.json') as { ProjectedCoordinateSystems: EsriEntry[] })
          .ProjectedCoordinateSystems
      : (require('@esri/proj-codes/pe_list_geogcs.json') as { GeographicCoordinateSystems: EsriEntry[] })
          .GeographicCoordinateSystems;
  const found = entries.find(({ wkid, latestWkid }) => (latestWkid ?? wkid) === crs.epsg);
  return (found ?? entries.find(({ wkid }) => wkid === crs.epsg))?.wkt ?? null;
}
