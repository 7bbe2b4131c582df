import { findFormat, type Kind, kinds } from '@outcrop/contract';

import { directFormats } from '../formats/direct-formats.ts';
import { findGdal } from '../gdal/gdal-drivers.ts';
import { rasterFormats } from '../raster/raster-formats.ts';
import { ogrRecipes } from './ogr-recipes.ts';

/**
 * The mimetypes that can be written on this machine, of one kind or of all: those that the engine writes itself, and
 * those that this machine's GDAL has a driver for. GDAL is asked once in each process.
 */
export async function producibleFormats(kind?: Kind): Promise<readonly string[]> {
  if (kind === undefined) return [...new Set((await Promise.all(kinds.map(producibleFormats))).flat())];
  const gdal = await findGdal();
  const canWrite = (driver: string): boolean => gdal?.drivers.get(driver)?.canWrite === true;
  const written = featureKinds.includes(kind)
    ? [
        ...directFormats(),
        ...ogrRecipes.filter(({ driver }) => canWrite(driver)).map(({ mimetype }) => mimetype),
      ]
    : Object.entries(rasterFormats).flatMap(([mimetype, { driver }]) => (canWrite(driver) ? [mimetype] : []));
  return written.filter((mimetype) => findFormat(mimetype)?.kinds.includes(kind) === true);
}

/** Kinds of features; the others are pixels, which only GDAL writes. */
const featureKinds: readonly Kind[] = ['vector', 'table'];

/** What a kind can be written in, as far as one format needs to know: GDAL is asked only where it may be needed. */
export async function formatsForItem(kind: Kind, written: string | undefined): Promise<readonly string[]> {
  const direct = directFormats();
  const isDirect = featureKinds.includes(kind) && direct.includes(findFormat(written ?? '')?.mimetype ?? '');
  return isDirect ? direct : producibleFormats(kind);
}
