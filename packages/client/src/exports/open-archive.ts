import { DownloadError } from '../errors/download-error.ts';
import type { Transport } from '../http/transport.ts';
import { archiveFileName } from './archive-file-name.ts';
import { readDigest } from './read-digest.ts';

/** An archive on a site. */
export interface ArchiveSource {
  readonly transport: Transport;
  readonly url: URL;
  /** Name of the export, for the file where the site gives no file name. */
  readonly name: string;
  /** What the site says its SHA-256 is, hex; null where it does not. */
  readonly sha256: string | null;
}

/** An archive, or the rest of it, on its way. */
export interface OpenArchive {
  readonly response: Response;
  readonly fileName: string;
  /** Number of the first byte of this body. */
  readonly offset: number;
  /** Bytes of the whole archive; null where the site does not say. */
  readonly totalBytes: number | null;
  /** The entity tag, where it is strong enough to resume by. */
  readonly etag: string | null;
  /** SHA-256 of the whole archive, hex; null where no one says. */
  readonly sha256: string | null;
}

/** Where to go on: only if it is still the same archive, else from the start. */
export interface ArchivePosition {
  readonly offset: number;
  readonly etag: string;
}

/**
 * Asks for an archive, or for the rest of it. Always asks the site itself, not the address that it redirected to
 * before, because signed addresses expire.
 */
export async function openArchive(
  source: ArchiveSource,
  options: {
    position: ArchivePosition | null;
    signal?: AbortSignal | undefined;
    timeoutMs?: number | undefined;
  },
): Promise<OpenArchive> {
  const { position, signal, timeoutMs } = options;
  const response = await source.transport.open({
    method: 'GET',
    url: source.url,
    headers: {
      accept: '*/*',
      'accept-encoding': 'identity',
      ...(position === null ? {} : { range: `bytes=${position.offset}-`, 'if-range': position.etag }),
    },
    foreignOrigin: 'without-key',
    options: { signal, timeoutMs },
  });
  const { headers } = response;
  const etag = headers.get('etag');
  const range = response.status === 206 ? contentRange(headers.get('content-range')) : null;
  return {
    response,
    fileName: archiveFileName(headers.get('content-disposition'), source.name),
    offset: range?.offset ?? 0,
    totalBytes: range === null ? contentLength(headers) : range.totalBytes,
    etag: etag === null || etag.startsWith('W/') ? null : etag,
    sha256: readDigest(headers.get('repr-digest')) ?? source.sha256,
  };
}

/** Length of the archive. That of a compressed transfer says nothing of what arrives here. */
function contentLength(headers: Headers): number | null {
  const length = headers.get('content-length');
  const isPlain = ['', 'identity'].includes(headers.get('content-encoding') ?? '');
  return length !== null && isPlain && /^\d+$/.test(length) ? Number(length) : null;
}

function contentRange(header: string | null): { offset: number; totalBytes: number | null } {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header ?? '');
  if (match === null)
    throw new DownloadError(`The site sent a part of the archive without saying which: ${header}`);
  return { offset: Number(match[1]), totalBytes: match[2] === '*' ? null : Number(match[2]) };
}
