import { requireDownloadRights } from '../downloads/download-rights.ts';
import { findOwn } from '../http/find-own.ts';
import { readPathId } from '../http/read-path-id.ts';
import type { PageOperation } from './page-operation.ts';

/** How long a link to an archive works: as long as a large download on a slow line, paused and resumed, may take. */
const validSeconds = 12 * 60 * 60;

/** `POST /services/page/exports/{id}/download`: a link to the archive that works without a key, for the browser's own downloads. */
export function makeDownloadLink(): PageOperation {
  return async (parts, context) => {
    const record = await findOwn(parts, context, readPathId(context));
    await requireDownloadRights(parts, context, record);
    const path = parts.downloadTickets.issue(context.get('caller'), record.id, validSeconds);
    return context.json({ url: new URL(path, parts.siteRoot).href });
  };
}
