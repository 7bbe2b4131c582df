import { z } from 'zod';

import { requireDownloadRights } from '../downloads/download-rights.ts';
import { redirectToArchive } from '../downloads/redirect-to-archive.ts';
import type { ApiVersion } from '../exports/api-root.ts';
import { findOwn } from './find-own.ts';
import { defineOperation, type Operation } from './operation.ts';
import { idSchema } from './read-id.ts';
import { errorSchemas } from './schemas/error-schemas.ts';

/** `GET` and `HEAD /exports/{id}/download/`: where the archive is. */
export function downloadExport(version: ApiVersion): Operation {
  const { problem } = errorSchemas[version];
  return defineOperation(
    version,
    {
      method: 'get',
      path: '/exports/{id}/download/',
      id: 'downloadExport',
      tag: 'Exports',
      summary: 'The archive of an export',
      description:
        'Redirects to a signed address, of the object store or of the site, that gives the zip file without the key. It takes `Range` to resume a broken download. It expires: ask here again rather than there. `HEAD` leads to an address for `HEAD`, and is not counted as a download.',
      scope: 'exports:read',
      params: z.object({ id: idSchema }),
      answers: {
        302: {
          description: 'The archive is at `Location`. Send no key there: it may be another host.',
          body: null,
          headers: {
            Location: z.url().meta({ description: 'A signed address, for this method only.' }),
            'Cache-Control': z.literal('no-store'),
          },
        },
        403: {
          description:
            'You may no longer download a layer of it, or the site is open to its own machine only.',
          body: problem,
        },
        404: { description: 'There is no such export of yours, or it is not complete.', body: problem },
        410: { description: 'The archive has been removed.', body: problem },
      },
    },
    async ({ parts, context, params }) => {
      const record = await findOwn(parts, context, params.id);
      await requireDownloadRights(parts, context, record);
      return redirectToArchive(parts, context, record);
    },
  );
}
