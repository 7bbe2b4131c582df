import { Readable } from 'node:stream';

import { readArchiveMember } from '@outcrop/engine';

import { requireDownloadRights } from '../downloads/download-rights.ts';
import { findArchive } from '../downloads/find-archive.ts';
import { findOwn } from '../http/find-own.ts';
import { notFound } from '../http/http-error.ts';
import { sendJson } from './accepted-encoding.ts';
import { readPathId } from '../http/read-path-id.ts';
import type { PageOperation } from './page-operation.ts';

const maxReportBytes = 5_000_000;

/** `GET /services/page/exports/{id}/report`: the `report.json` of an archive, without the rest of it. */
export function exportReport(): PageOperation {
  return async (parts, context) => {
    const record = await findOwn(parts, context, readPathId(context));
    await requireDownloadRights(parts, context, record);
    const archive = await findArchive(parts, record);
    const { id } = record;
    const read = async (range: { start: number; end: number }): Promise<Readable> => {
      const stream = await parts.objectStore.read(archive.key, range);
      if (stream === null) throw notFound(`Export ${id} has no archive.`);
      return Readable.fromWeb(stream as never);
    };
    const report = await readArchiveMember({ bytes: archive.bytes, read }, 'report.json', maxReportBytes);
    if (report === null) throw notFound(`The archive of export ${id} has no report.`);
    return sendJson(context, report.toString('utf8'), { 'Cache-Control': 'private, max-age=3600' });
  };
}
