import { findFormat, type Kind, kinds } from '@outcrop/contract';

import { assistedFormats, directFormats, isFeatureKind } from '../formats/direct-formats.ts';
import { findGdal, type GdalDriver } from '../gdal/gdal-drivers.ts';
import { rasterFormats } from '../raster/raster-formats.ts';
import { ogrRecipes } from './ogr-recipes.ts';

/**
 * The mimetypes that can be written on this machine, of one kind or of all: those that the engine writes itself, and
 * those that this machine's GDAL has a driver for. GDAL is asked once in each process.
 */
export async function producibleFormats(kind?: Kind): Promise<readonly string[]> {
  if (kind === undefined) return [...new Set((await Promise.all(kinds.map(producibleFormats))).flat())];
  const gdal = await findGdal();
  return formatsWrittenWith(gdal?.drivers ?? new Map(), kind);
}

/** The mimetypes of a kind that can be written where GDAL has these drivers. */
export function formatsWrittenWith(drivers: ReadonlyMap<string, GdalDriver>, kind: Kind): readonly string[] {
  const canWrite = (driver: string): boolean => drivers.get(driver)?.canWrite === true;
  const written = isFeatureKind(kind)
    ? [
        ...directFormats(),
        ...[...assistedFormats, ...ogrRecipes].flatMap(({ mimetype, driver }) =>
          canWrite(driver) ? [mimetype] : [],
        ),
      ]
    : Object.entries(rasterFormats).flatMap(([mimetype, { driver }]) => (canWrite(driver) ? [mimetype] : []));
  return written.filter((mimetype) => findFormat(mimetype)?.kinds.includes(kind) === true);
}
