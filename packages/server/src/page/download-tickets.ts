import { createHmac, timingSafeEqual } from 'node:crypto';

import type { AppParts, RequestContext } from '../http/app-parts.ts';
import { asCallerSees } from '../http/as-caller-sees.ts';
import { sendOwnArchive } from '../http/download-export.ts';
import { findOwn } from '../http/find-own.ts';
import { HttpError, notFound } from '../http/http-error.ts';
import { anonymousCaller } from '../http/authenticate.ts';
import { requireDownloadRights } from '../http/download-rights.ts';
import type { Caller } from '../tokens/caller.ts';
import { findCallerById } from '../tokens/find-caller.ts';
import type { PageOperation } from './page-operation.ts';
import { readPathId } from './read-path-id.ts';

/** How long a link to an archive works: as long as a large download on a slow line may take. */
const validSeconds = 12 * 60 * 60;

/**
 * `POST /services/page/exports/{id}/download`: a link to the archive that works without a key, for the browser's own
 * downloads, which can be paused and resumed. It is signed with what the site keeps of the caller's key, so it needs no table,
 * is known to all processes of a site, and dies with the key.
 */
export function makeTicket(): PageOperation {
  return async (parts, context) => {
    const record = await findOwn(parts, context, readPathId(context));
    await requireDownloadRights(parts, context, record);
    const { id } = record;
    const { keyId: tokenId } = context.get('caller');
    const expires = Math.floor(Date.now() / 1000) + validSeconds;
    const path = `services/page/exports/${id}/download/`;
    if (tokenId === null) return context.json({ url: new URL(`${path}open`, parts.siteRoot).href });
    const ticket = `${tokenId}.${expires}.${await sign(parts, { tokenId, exportId: id, expires })}`;
    return context.json({ url: new URL(path + ticket, parts.siteRoot).href });
  };
}

/** `GET /services/page/exports/{id}/download/{ticket}`: the archive. */
export function downloadByTicket(parts: AppParts): (context: RequestContext) => Promise<Response> {
  return async (context) => {
    const ticket = context.req.param('ticket') ?? '';
    const caller =
      ticket === 'open' && parts.access !== 'token'
        ? anonymousCaller(parts.access)
        : await readTicket(parts, context, ticket);
    context.set('caller', caller);
    return sendOwnArchive(asCallerSees(parts, context), context, readPathId(context));
  };
}

async function readTicket(parts: AppParts, context: RequestContext, ticket: string): Promise<Caller> {
  const match = /^(\d{1,9})\.(\d{1,12})\.([\w-]{43})$/.exec(ticket);
  if (match === null) throw notFound();
  const [tokenId, expires] = [Number(match[1]), Number(match[2])];
  const expected = await sign(parts, { tokenId, exportId: readPathId(context), expires });
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(match[3] ?? ''))) throw notFound();
  if (expires * 1000 < Date.now()) {
    throw new HttpError(410, {
      detail: 'This link has expired; open the export on the page again for a new one.',
    });
  }
  const caller = await findCallerById(parts.database, tokenId);
  if (caller === null) throw notFound();
  return caller;
}

async function sign(
  parts: AppParts,
  { tokenId, exportId, expires }: { tokenId: number; exportId: number; expires: number },
): Promise<string> {
  const [row] = await parts.database.query<{ hash: string }>(
    'SELECT hash FROM outcrop.tokens WHERE id = $1',
    [tokenId],
  );
  if (row === undefined) throw notFound();
  return createHmac('sha256', row.hash).update(`download ${exportId} ${expires}`).digest('base64url');
}
