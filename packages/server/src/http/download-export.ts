import { z } from 'zod';

import type { ApiVersion } from '../exports/api-root.ts';
import type { ExportRecord } from '../exports/export-record.ts';
import type { ByteRange } from '../storage/object-store.ts';
import type { AppParts, RequestContext } from './app-parts.ts';
import { parseByteRange } from './byte-range.ts';
import { findOwn } from './find-own.ts';
import { HttpError, notFound } from './http-error.ts';
import { defineOperation, type Operation } from './operation.ts';
import { idSchema } from './read-id.ts';
import { errorSchemas } from './schemas/error-schemas.ts';

interface Archive {
  readonly key: string;
  readonly bytes: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string;
}

const zipType = { 'Content-Type': 'application/zip' };

const archiveHeaders = {
  'Accept-Ranges': z.literal('bytes'),
  ETag: z.string().meta({ description: 'Strong: the digest of the archive.' }),
  'Repr-Digest': z.string().meta({ description: 'RFC 9530: SHA-256 of the whole archive.' }),
  'Content-Disposition': z.string().meta({ description: 'The name of the file, plain and as in RFC 5987.' }),
};

/** `GET` and `HEAD /exports/{id}/download/`: the archive, whole or from where a broken download stopped. */
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
        'A zip file, sent by the site itself. `Range` with `If-Range` resumes a broken download; `HEAD` describes the archive and is not counted as a download.',
      scope: 'exports:read',
      params: z.object({ id: idSchema }),
      answers: {
        200: {
          description: 'The archive.',
          body: 'application/zip',
          headers: { ...archiveHeaders, 'Content-Length': z.string() },
        },
        206: {
          description: 'A part of the archive.',
          body: 'application/zip',
          headers: { ...archiveHeaders, 'Content-Length': z.string(), 'Content-Range': z.string() },
        },
        304: { description: 'It is what `If-None-Match` says.', body: null, headers: archiveHeaders },
        404: { description: 'There is no such export of yours, or it is not complete.', body: problem },
        410: { description: 'The archive has been removed.', body: problem },
        416: {
          description: 'The range is outside the archive.',
          body: problem,
          headers: { 'Content-Range': z.string() },
        },
      },
    },
    ({ parts, context, params }) => sendOwnArchive(parts, context, params.id),
  );
}

/** Sends the archive of an export of the caller's: whole, a part, or what it is. */
export async function sendOwnArchive(
  parts: AppParts,
  context: RequestContext,
  exportId: number,
): Promise<Response> {
  const record = await findOwn(parts, context, exportId);
  const archive = await findArchive(parts, record);
  if (matchesEtag(context.req.header('If-None-Match'), archive.etag)) {
    return context.body(null, 304, archive.headers);
  }
  if (context.req.method === 'HEAD') {
    return context.body(null, 200, {
      ...archive.headers,
      ...zipType,
      'Content-Length': String(archive.bytes),
    });
  }
  const range = readRange(context, archive);
  const stream = await parts.objectStore.read(archive.key, range ?? undefined);
  if (stream === null) {
    throw await gone(parts, record);
  }
  await parts.exportStore.markDownloaded(record.id);
  return sendArchive(context, archive, { stream, range });
}

async function findArchive(parts: AppParts, record: ExportRecord): Promise<Archive> {
  if (record.state === 'gone') {
    throw await gone(parts, record);
  }
  if (record.state !== 'complete' || record.archive === null) {
    throw notFound(`Export ${record.id} has no archive: it is ${record.state}.`);
  }
  const { key, sha256 } = record.archive;
  const found = await parts.objectStore.stat(key);
  if (found === null) {
    throw await gone(parts, record);
  }
  const etag = `"${sha256}"`;
  const headers = {
    'Content-Disposition': contentDisposition(record.name),
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private',
    ETag: etag,
    'Repr-Digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
  };
  return { key, bytes: found.bytes, headers, etag };
}

async function gone(parts: AppParts, record: ExportRecord): Promise<HttpError> {
  await parts.runStore.markRemoved(record.runId);
  return new HttpError(410, {
    detail: `The archive of export ${record.id} is gone; create the export again.`,
  });
}

/** A range of an older archive must not be joined to this one: `If-Range` that does not match asks for the whole. */
function readRange(context: RequestContext, archive: Archive): ByteRange | null {
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

function sendArchive(
  context: RequestContext,
  archive: Archive,
  part: { stream: ReadableStream<Uint8Array>; range: ByteRange | null },
): Response {
  if (part.range === null) {
    return context.body(part.stream, 200, {
      ...archive.headers,
      ...zipType,
      'Content-Length': String(archive.bytes),
    });
  }
  const { start, end } = part.range;
  return context.body(part.stream, 206, {
    ...archive.headers,
    ...zipType,
    'Content-Length': String(end - start + 1),
    'Content-Range': `bytes ${start}-${end}/${archive.bytes}`,
  });
}

function matchesEtag(header: string | undefined, etag: string): boolean {
  return (header ?? '')
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''))
    .some((one) => one === '*' || one === etag);
}

function contentDisposition(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9._-]/g, '_');
  return `attachment; filename="${plain}.zip"; filename*=UTF-8''${encodeURIComponent(name).replaceAll(/['()*]/g, '_')}.zip`;
}
