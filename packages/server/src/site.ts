import { checkExportHere } from '@outcrop/engine';

import { openSite as openSiteWith, type Site } from './catalogue/site.ts';
import { outcropEngine } from './engine.ts';

export { checkRequest } from './exports/check-request.ts';
export { resolveRequest, type ResolvedRequest, type ResolveOptions } from './exports/resolve-request.ts';

/**
 * Opens a site folder for a program that serves nobody: no server is loaded, and checks are made in the calling thread.
 *
 * @throws SiteError where there is no `outcrop.yaml`, or it is wrong.
 */
export function openSite(folder: URL): Promise<Site> {
  return openSiteWith(folder, {
    ...outcropEngine,
    // Only a limit asks how large the archive will be.
    checkExport: (request, context) =>
      checkExportHere(request, context, { isEstimated: context.maxArchiveBytes !== null }),
  });
}
