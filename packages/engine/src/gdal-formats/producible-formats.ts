import { findFormat, type Kind } from '@outcrop/contract';

import { directFormats } from '../formats/direct-formats.ts';
import { findGdal } from '../gdal/gdal-drivers.ts';
import type { ExportRequest } from '../plan/request.ts';
import { ogrRecipes } from './ogr-recipes.ts';

/**
 * The mimetypes that can be written on this machine, of one kind or of all: those that the engine writes itself, and
 * those that this machine's GDAL has a driver for. GDAL is asked once in each process.
 */
export async function producibleFormats(kind?: Kind): Promise<readonly string[]> {
  const gdal = await findGdal();
  const converted = ogrRecipes
    .filter(({ driver }) => gdal?.drivers.get(driver)?.canWrite === true)
    .map(({ mimetype }) => mimetype);
  const mimetypes = [...directFormats(), ...converted];
  if (kind === undefined) return mimetypes;
  return writableKinds.includes(kind)
    ? mimetypes.filter((mimetype) => findFormat(mimetype)?.kinds.includes(kind) === true)
    : [];
}

const writableKinds: readonly Kind[] = ['vector', 'table'];

/** What can be written, as far as a request needs to know: GDAL is asked only where it may be needed. */
export async function formatsForRequest({ formats }: ExportRequest): Promise<readonly string[]> {
  const direct = directFormats();
  const isDirect = Object.values(formats).every((written) => direct.includes(findFormat(written)?.mimetype ?? ''));
  return isDirect ? direct : producibleFormats();
}
