import { createHmac, randomBytes } from 'node:crypto';

import type { Queryable } from '../database/database.ts';
import { secretBytes } from './sign-webhook.ts';

/** How long messages are signed with the secret of before as well. */
const overlap = '1 day';

/**
 * The site's secrets, newest first: the one in use, and those it has replaced within a day. Made when it is first asked for.
 */
export async function readSiteSecrets(database: Queryable): Promise<[string, ...string[]]> {
  const rows = await database.query<{ secret: string }>(
    `SELECT secret FROM outcrop.webhook_secrets
     WHERE retired_at IS NULL OR retired_at > now() - interval '${overlap}' ORDER BY id DESC`,
  );
  const [current, ...earlier] = rows.map(({ secret }) => secret);
  if (current !== undefined) {
    return [current, ...earlier];
  }
  // Another process may be doing the same: the index lets one secret in.
  await database.query(`INSERT INTO outcrop.webhook_secrets (secret) VALUES ($1) ON CONFLICT DO NOTHING`, [
    newSecret(),
  ]);
  return readSiteSecrets(database);
}

/** Replaces the site's secret. For a day messages carry a signature by the old one as well. */
export async function renewSiteSecret(transaction: Queryable): Promise<void> {
  await transaction.query('UPDATE outcrop.webhook_secrets SET retired_at = now() WHERE retired_at IS NULL');
  await transaction.query('INSERT INTO outcrop.webhook_secrets (secret) VALUES ($1)', [newSecret()]);
}

/**
 * The secret that the webhooks of a key's own exports are signed with. Derived, so that nobody who can verify their own
 * messages can forge another's.
 *
 * @param owner id of the token; 0 for the local user of a site without tokens.
 */
export function ownerSecret(siteSecret: string, owner: number): string {
  const derived = createHmac('sha256', secretBytes(siteSecret)).update(`token ${owner}`).digest('base64');
  return `whsec_${derived}`;
}

function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}
