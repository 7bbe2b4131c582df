import { z } from 'zod';

import { SiteError } from '../catalogue/site-error.ts';
import { sitePaths } from '../catalogue/site-paths.ts';
import { adminSecretHeader } from '../http/admin-operations.ts';
import { findRunningSite } from '../site/running-site.ts';
import { loginLinksPath } from './login-links.ts';

/** A link that opens the page of a site, signed in, once. */
export interface LoginLink {
  readonly url: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

const answerSchema = z.object({ url: z.string(), expires_at: z.string() });

/**
 * Has the running site of a folder make a login link.
 *
 * @throws SiteError where no site of the folder runs, as nothing else could take the link.
 */
export async function orderLoginLink(order: {
  readonly folder: URL;
  readonly scopes?: readonly string[];
  readonly name?: string;
}): Promise<LoginLink> {
  const { folder, ...wanted } = order;
  const running = await findRunningSite(sitePaths(folder));
  if (running === null) {
    throw new SiteError('No site of this folder is running; start it with `outcrop serve` first.');
  }
  const response = await fetch(new URL(loginLinksPath, running.url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', [adminSecretHeader]: running.secret },
    body: JSON.stringify(wanted),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok)
    throw new SiteError(`The site at ${running.url} made no login link (HTTP ${response.status}).`);
  const { url, expires_at: expiresAt } = answerSchema.parse(await response.json());
  return { url, expiresAt };
}
