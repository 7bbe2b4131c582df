import { z } from 'zod';

import { SiteError } from '../catalogue/site-error.ts';
import { type SitePaths, sitePaths } from '../catalogue/site-paths.ts';
import { loadConfig } from '../config.ts';
import { adminSecretHeader, adminTokensPath } from '../http/admin-operations.ts';
import { openDatabase } from '../site/open-database.ts';
import { findRunningSite, type RunningSite } from '../site/running-site.ts';
import { insertToken, type NewToken, TokenRequestError } from './token-store.ts';

/** A token to make. */
export interface TokenOrder {
  readonly folder: URL;
  readonly scopes: readonly string[];
  /** What it is for, in words. Default: none. */
  readonly name?: string;
}

/** How often, and how long each time, to wait for a folder that is in use. */
const maxAttempts = 10;
const lockWaitMs = 1000;

const newTokenSchema = z.object({ id: z.int(), token: z.string(), scopes: z.array(z.string()) });
const refusalSchema = z.object({ detail: z.string() });

/**
 * Makes a token for a site, whether it runs or not: a running site is asked, because only it may open its database.
 *
 * @throws TokenRequestError for no scope, or one that does not exist; SiteError where the folder is in use otherwise.
 */
export async function createToken(order: TokenOrder): Promise<NewToken> {
  const paths = sitePaths(order.folder);
  const wanted = { scopes: order.scopes, name: order.name ?? '' };
  for (let attempt = 1; ; attempt += 1) {
    const running = await findRunningSite(paths);
    if (running !== null) {
      return askRunningSite(running, wanted);
    }
    try {
      return await insertDirectly(paths, wanted);
    } catch (error) {
      // Whoever has the folder may be a site that is just starting, and can be asked in a moment.
      if (!(error instanceof SiteError) || attempt === maxAttempts) {
        throw error;
      }
    }
  }
}

async function askRunningSite(
  running: RunningSite,
  wanted: { scopes: readonly string[]; name: string },
): Promise<NewToken> {
  const response = await fetch(new URL(adminTokensPath, running.url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', [adminSecretHeader]: running.secret },
    body: JSON.stringify(wanted),
    signal: AbortSignal.timeout(30_000),
  });
  const body: unknown = await response.json();
  if (response.status === 400) {
    throw new TokenRequestError(refusalSchema.parse(body).detail);
  }
  if (!response.ok) {
    throw new Error(
      `The site at ${running.url} did not make the token (HTTP ${response.status}); start it again.`,
    );
  }
  return newTokenSchema.parse(body);
}

async function insertDirectly(
  paths: SitePaths,
  wanted: { scopes: readonly string[]; name: string },
): Promise<NewToken> {
  const problems: Error[] = [];
  const opened = await openDatabase(paths, loadConfig(), {
    waitMs: lockWaitMs,
    onError: (error) => problems.push(error),
  });
  try {
    return await insertToken(opened.database, wanted);
  } finally {
    await opened.close();
  }
}
