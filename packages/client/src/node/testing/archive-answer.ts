import { createHash } from 'node:crypto';

import type { Answer } from './loopback-site.ts';

/** How an archive is served. */
export interface ArchiveServing {
  /** Breaks the connection after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Whether `Range` is understood. Default true. */
  readonly ranges?: boolean;
  readonly etag?: string;
  readonly headers?: Record<string, string>;
}

/** An answer with an archive, whole or the part that is asked for, as `If-Range` allows. */
export function archive(bytes: Uint8Array, serving: ArchiveServing = {}): Answer {
  const etag = serving.etag ?? `"${createHash('sha256').update(bytes).digest('hex')}"`;
  return (response, { headers }) => {
    const start = serving.ranges === false ? undefined : /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1];
    const isCurrent = headers['if-range'] === undefined || headers['if-range'] === etag;
    const offset = start !== undefined && isCurrent ? Number(start) : 0;
    const range = { 'content-range': `bytes ${offset}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(offset > 0 ? 206 : 200, {
      'content-type': 'application/zip',
      'content-disposition': 'attachment; filename="kx-roads-SHP.zip"',
      'content-length': String(bytes.length - offset),
      etag,
      ...(offset > 0 ? range : {}),
      ...serving.headers,
    });
    if (serving.cutAfter === undefined) {
      response.end(bytes.subarray(offset));
      return;
    }
    response.write(bytes.subarray(offset, offset + serving.cutAfter), () => response.socket?.destroySoon());
  };
}
