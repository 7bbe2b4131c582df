import { timingSafeEqual } from 'node:crypto';

import type { RequestContext } from '../http/app-parts.ts';

/** The header that carries the secret of `site.json`, which only the site's own user can read. */
export const adminSecretHeader = 'X-Outcrop-Secret';

/** Whether a request has the secret of the running site; none has where there is no secret. */
export function knowsSecret(context: RequestContext, adminSecret: string | null): boolean {
  const [given, wanted] = [
    Buffer.from(context.req.header(adminSecretHeader) ?? ''),
    Buffer.from(adminSecret ?? ''),
  ];
  return adminSecret !== null && given.length === wanted.length && timingSafeEqual(given, wanted);
}
