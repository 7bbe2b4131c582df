import type { ExportRecord } from '../exports/export-record.ts';
import type { AppParts, RequestContext } from '../http/app-parts.ts';
import { asCallerSees } from '../http/as-caller-sees.ts';
import { anonymousCaller } from '../http/authenticate.ts';
import { findOwn } from '../http/find-own.ts';
import { HttpError } from '../http/http-error.ts';
import { readPathId } from '../http/read-path-id.ts';
import type { ByteRange } from '../storage/object-store.ts';
import { parseByteRange } from './byte-range.ts';
import { noteDownload, requireDownloadRights } from './download-rights.ts';
import { archiveGone, archiveType, findArchive, type FoundArchive } from './find-archive.ts';
import { redirectToStore } from './redirect-to-archive.ts';

/** Where signed addresses of the site's own lead. */
export const downloadPath = '/services/download/:id{[0-9]+}/:ticket';

/**
 * `GET` and `HEAD /services/download/{id}/{ticket}`: the archive, whole or from where a broken download stopped, for whoever
 * has the ticket. A key that comes with the request, as some clients send it along, is not looked at.
 */
export function downloadByTicket(parts: AppParts): (context: RequestContext) => Promise<Response> {
  return async (context) => {
    const exportId = readPathId(context);
    const anonymous = parts.access === 'token' ? null : anonymousCaller(parts.access);
    const ticket = context.req.param('ticket') ?? '';
    context.set('caller', await parts.downloadTickets.open(exportId, ticket, { anonymous }));
    const record = await findOwn(parts, context, exportId);
    await requireDownloadRights(asCallerSees(parts, context), context, record);
    const archive = await findArchive(parts, record);
    return (
      (await redirectToStore(parts, context, { record, archive })) ??
      sendArchive(parts, context, { record, archive })
    );
  };
}

async function sendArchive(
  parts: AppParts,
  context: RequestContext,
  { record, archive }: { record: ExportRecord; archive: FoundArchive },
): Promise<Response> {
  const headers = headersOf(archive);
  if (matchesEtag(context.req.header('If-None-Match'), archive.etag)) {
    return context.body(null, 304, headers);
  }
  const whole = { ...headers, 'Content-Type': archiveType, 'Content-Length': String(archive.bytes) };
  if (context.req.method === 'HEAD') {
    return context.body(null, 200, whole);
  }
  const range = readRange(context, archive);
  const stream = await parts.objectStore.read(archive.key, range ?? undefined);
  if (stream === null) {
    throw await archiveGone(parts, record);
  }
  const bytes = range === null ? archive.bytes : range.end - range.start + 1;
  await noteDownload(parts, context, { record, bytes, range });
  return range === null
    ? context.body(stream, 200, whole)
    : context.body(stream, 206, {
        ...whole,
        'Content-Length': String(range.end - range.start + 1),
        'Content-Range': `bytes ${range.start}-${range.end}/${archive.bytes}`,
      });
}

function headersOf(archive: FoundArchive): Record<string, string> {
  return {
    'Content-Disposition': archive.contentDisposition,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private',
    ETag: archive.etag,
    'Repr-Digest': archive.digest,
  };
}

/** A range of an older archive must not be joined to this one: `If-Range` that does not match asks for the whole. */
function readRange(context: RequestContext, archive: FoundArchive): ByteRange | null {
  const condition = context.req.header('If-Range');
  if (condition !== undefined && condition !== archive.etag) {
    return null;
  }
  const range = parseByteRange(context.req.header('Range'), archive.bytes);
  if (range === 'unsatisfiable') {
    const detail = `The range ${context.req.header('Range')} is outside the archive, which has ${archive.bytes} bytes.`;
    throw new HttpError(
      416,
      { detail },
      { 'Content-Range': `bytes */${archive.bytes}`, 'Accept-Ranges': 'bytes' },
    );
  }
  return range;
}

function matchesEtag(header: string | undefined, etag: string): boolean {
  return (header ?? '')
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''))
    .some((one) => one === '*' || one === etag);
}
