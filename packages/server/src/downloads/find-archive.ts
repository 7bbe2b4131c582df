import type { ExportRecord } from '../exports/export-record.ts';
import type { AppParts } from '../http/app-parts.ts';
import { HttpError, notFound } from '../http/http-error.ts';

/** An archive that is in the store. */
export interface FoundArchive {
  readonly key: string;
  readonly bytes: number;
  /** Strong: the digest. */
  readonly etag: string;
  /** With the file name, plain and as in RFC 5987. */
  readonly contentDisposition: string;
  /** RFC 9530. */
  readonly digest: string;
}

/** The media type of archives. */
export const archiveType = 'application/zip';

/**
 * The archive of an export.
 *
 * @throws HttpError 404 for an export that has none; 410 for one whose archive is no longer there.
 */
export async function findArchive(parts: AppParts, record: ExportRecord): Promise<FoundArchive> {
  if (record.state === 'gone') {
    throw await archiveGone(parts, record);
  }
  if (record.state !== 'complete' || record.archive === null) {
    throw notFound(`Export ${record.id} has no archive: it is ${record.state}.`);
  }
  const { key, sha256 } = record.archive;
  const found = await parts.objectStore.stat(key);
  // One of another length is not the archive that was made.
  if (found?.bytes !== record.archive.bytes) {
    throw await archiveGone(parts, record);
  }
  return {
    key,
    bytes: found.bytes,
    etag: `"${sha256}"`,
    contentDisposition: contentDisposition(record.name),
    digest: `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
  };
}

/** Notes that an archive is no longer there, and gives the answer that says so. */
export async function archiveGone(parts: AppParts, record: ExportRecord): Promise<HttpError> {
  await parts.runStore.markRemoved(record.runId);
  return new HttpError(410, {
    detail: `The archive of export ${record.id} is gone; create the export again.`,
  });
}

function contentDisposition(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9._-]/g, '_');
  return `attachment; filename="${plain}.zip"; filename*=UTF-8''${encodeURIComponent(name).replaceAll(/['()*]/g, '_')}.zip`;
}
