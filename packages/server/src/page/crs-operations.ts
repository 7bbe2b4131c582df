import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import { defineCrs, type PreviewThread } from '@outcrop/engine';

import type { RequestContext } from '../http/app-parts.ts';
import { notFound } from '../http/http-error.ts';
import { acceptedEncoding } from './accepted-encoding.ts';

/** Every CRS to choose from. Public knowledge: no key is needed. */
export function crsList(previews: PreviewThread): (context: RequestContext) => Promise<Response> {
  let made: Promise<{ json: string; packed: Uint8Array; etag: string }> | undefined;
  const make = async (): Promise<{ json: string; packed: Uint8Array; etag: string }> => {
    const json = await previews.crsList();
    const etag = `"${createHash('sha256').update(json).digest('base64url').slice(0, 22)}"`;
    return { json, packed: await promisify(gzip)(json, { level: 9 }), etag };
  };
  return async (context) => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    const { json, packed, etag } = await made;
    const headers = { ETag: etag, 'Cache-Control': 'public, max-age=86400', Vary: 'Accept-Encoding' };
    if (context.req.header('If-None-Match') === etag) return context.body(null, 304, headers);
    const typed = { ...headers, 'Content-Type': 'application/json' };
    return acceptedEncoding(context) === 'identity'
      ? context.body(json, 200, typed)
      : context.body(Uint8Array.from(packed), 200, { ...typed, 'Content-Encoding': 'gzip' });
  };
}

/** One CRS by its number, with what a map needs to draw in it. */
export async function crsDefinition(context: RequestContext): Promise<Response> {
  const found = defineCrs(`EPSG:${context.req.param('code') ?? ''}`);
  if (found === null) throw notFound();
  return context.json(found, 200, { 'Cache-Control': 'public, max-age=86400' });
}
