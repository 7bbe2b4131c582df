import type { ExportRecord } from '../exports/export-record.ts';
import type { AppParts, RequestContext } from '../http/app-parts.ts';
import { noteDownload } from './download-rights.ts';
import { archiveType, findArchive, type FoundArchive } from './find-archive.ts';

/** Redirects to where the archive of an export of the caller's can be had without a key, for a while. */
export async function redirectToArchive(
  parts: AppParts,
  context: RequestContext,
  record: ExportRecord,
): Promise<Response> {
  const archive = await findArchive(parts, record);
  const location =
    (await signedByStore(parts, context, { record, archive })) ??
    new URL(
      parts.downloadTickets.issue(context.get('caller'), record.id, parts.downloadSeconds),
      parts.siteRoot,
    );
  return redirect(context, location);
}

/** The same where the store has addresses of its own; null where it has none. */
export async function redirectToStore(
  parts: AppParts,
  context: RequestContext,
  found: { record: ExportRecord; archive: FoundArchive },
): Promise<Response | null> {
  const location = await signedByStore(parts, context, found);
  return location === null ? null : redirect(context, location);
}

async function signedByStore(
  parts: AppParts,
  context: RequestContext,
  { record, archive }: { record: ExportRecord; archive: FoundArchive },
): Promise<URL | null> {
  const { sign } = parts.objectStore;
  if (sign === null) {
    return null;
  }
  const method = context.req.method === 'HEAD' ? 'HEAD' : 'GET';
  const location = await sign(archive.key, {
    method,
    contentType: archiveType,
    contentDisposition: archive.contentDisposition,
    validSeconds: parts.downloadSeconds,
  });
  // What the store sends is not seen here: whoever asks where to get it is taken to get it.
  if (method === 'GET') {
    await noteDownload(parts, context, { record, bytes: archive.bytes, range: null });
  }
  return location;
}

/** Nobody may keep an address that soon leads nowhere. */
function redirect(context: RequestContext, location: URL): Response {
  return context.body(null, 302, { Location: location.href, 'Cache-Control': 'no-store' });
}
