import { z } from 'zod';

import { SiteError } from '../catalogue/site-error.ts';
import { TokenRequestError } from '../tokens/token-order.ts';
import { openSiteAdmin } from './site-admin.ts';

/** A link that opens the page of a site, signed in, once. */
export interface LoginLink {
  readonly url: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

const answerSchema = z.object({ url: z.string(), expires_at: z.string() });
const refusalSchema = z.object({ detail: z.string() });

/**
 * Has the running site of a folder make a login link.
 *
 * @throws SiteError where no site of the folder runs, as nothing else knows its address; TokenRequestError for what cannot be granted.
 */
export async function orderLoginLink(order: {
  readonly folder: URL;
  readonly scopes?: readonly string[];
  readonly name?: string;
  readonly groups?: readonly string[];
  /** The token that the key stands in for: it has its groups and its exports. */
  readonly tokenId?: number;
}): Promise<LoginLink> {
  const { folder, tokenId, ...wanted } = order;
  const admin = await openSiteAdmin(folder);
  try {
    if (!admin.isRunning) {
      throw new SiteError('No site of this folder is running; start it with `outcrop serve` first.');
    }
    const body = { ...wanted, ...(tokenId === undefined ? {} : { token: tokenId }) };
    const answer = await admin.ask('login-links/', { method: 'POST', body });
    if (answer.status === 400) throw new TokenRequestError(refusalSchema.parse(await answer.json()).detail);
    if (!answer.ok) throw new SiteError(`The site made no login link (HTTP ${answer.status}).`);
    const { url, expires_at: expiresAt } = answerSchema.parse(await answer.json());
    return { url, expiresAt };
  } finally {
    await admin.close();
  }
}
