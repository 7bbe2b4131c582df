import { Readable } from 'node:stream';

import { readArchiveMember } from '@outcrop/engine';

import type { AppParts, RequestContext } from '../http/app-parts.ts';
import { findOwn } from '../http/find-own.ts';
import { notFound } from '../http/http-error.ts';
import { sendJson } from './accepted-encoding.ts';
import { readPathId } from '../http/read-path-id.ts';

const maxReportBytes = 5_000_000;

/** `GET /services/page/exports/{id}/report`: the `report.json` of an archive, without the rest of it. */
export function exportReport(parts: AppParts): (context: RequestContext) => Promise<Response> {
  return async (context) => {
    const { archive, id } = await findOwn(parts, context, readPathId(context));
    const found = archive === null ? null : await parts.objectStore.stat(archive.key);
    if (archive === null || found === null) throw notFound(`Export ${id} has no archive.`);
    const read = async (range: { start: number; end: number }): Promise<Readable> => {
      const stream = await parts.objectStore.read(archive.key, range);
      if (stream === null) throw notFound(`Export ${id} has no archive.`);
      return Readable.fromWeb(stream as never);
    };
    const report = await readArchiveMember({ bytes: found.bytes, read }, 'report.json', maxReportBytes);
    if (report === null) throw notFound(`The archive of export ${id} has no report.`);
    return sendJson(context, report.toString('utf8'), { 'Cache-Control': 'private, max-age=3600' });
  };
}
