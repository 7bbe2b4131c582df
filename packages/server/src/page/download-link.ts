import type { AppParts, RequestContext } from '../http/app-parts.ts';
import { findOwn } from '../http/find-own.ts';
import { readPathId } from '../http/read-path-id.ts';

/** How long a link to an archive works: as long as a large download on a slow line, paused and resumed, may take. */
const validSeconds = 12 * 60 * 60;

/** `POST /services/page/exports/{id}/download`: a link to the archive that works without a key, for the browser's own downloads. */
export function makeDownloadLink(parts: AppParts): (context: RequestContext) => Promise<Response> {
  return async (context) => {
    const { id } = await findOwn(parts, context, readPathId(context));
    const path = parts.downloadTickets.issue(context.get('caller'), id, validSeconds);
    return context.json({ url: new URL(path, parts.siteRoot).href });
  };
}
