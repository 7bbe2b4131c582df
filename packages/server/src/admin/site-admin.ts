import { randomBytes } from 'node:crypto';

import { Hono } from 'hono';
import { pino } from 'pino';

import { readSiteConfig } from '../catalogue/read-site-config.ts';
import { siteConfigSchema } from '../catalogue/site-config.ts';
import { SiteError } from '../catalogue/site-error.ts';
import { type SitePaths, sitePaths } from '../catalogue/site-paths.ts';
import { loadConfig } from '../config.ts';
import { ExportStore } from '../exports/export-store.ts';
import type { AppEnvironment } from '../http/app-parts.ts';
import { noBudgets } from '../http/limits/rate-budgets.ts';
import { RateLimits } from '../http/limits/rate-limits.ts';
import { parseTrustedProxies } from '../http/limits/remote-address.ts';
import { renderError } from '../http/render-error.ts';
import { noLocalWorkers } from '../runs/task-worker.ts';
import { openDatabase } from '../site/open-database.ts';
import { findRunningSite, type RunningSite } from '../site/running-site.ts';
import { TokenUses } from '../tokens/token-uses.ts';
import { adminApp } from './admin-app.ts';
import { type AdminParts, adminPath } from './admin-parts.ts';
import { adminSecretHeader } from './admin-secret.ts';

/** How a command administers a site: a request below `/services/admin/`, and its answer. */
export interface SiteAdmin {
  /** Whether a process serves the site. */
  readonly isRunning: boolean;
  ask(path: string, init?: { method: string; body?: object }): Promise<Response>;
  close(): Promise<void>;
}

/** How often, and how long each time, to wait for a folder that is in use. */
const maxAttempts = 10;
const lockWaitMs = 1000;

/**
 * Opens a site to administer it, whether it runs or not: a running site is asked, because only it may open its
 * database; of one that does not, the same endpoints answer in this process.
 *
 * @throws SiteError where the folder is in use otherwise.
 */
export async function openSiteAdmin(folder: URL): Promise<SiteAdmin> {
  const paths = sitePaths(folder);
  for (let attempt = 1; ; attempt += 1) {
    const running = await findRunningSite(paths);
    if (running !== null) return askRunningSite(running);
    try {
      return await openHere(paths);
    } catch (error) {
      // Whoever has the folder may be a site that is just starting, and can be asked in a moment.
      if (!(error instanceof SiteError) || attempt === maxAttempts) throw error;
    }
  }
}

function askRunningSite({ url, secret }: RunningSite): SiteAdmin {
  return {
    isRunning: true,
    ask: (path, init) => fetch(new URL(adminPath.slice(1) + path, url), request(secret, init)),
    close: async () => undefined,
  };
}

async function openHere(paths: SitePaths): Promise<SiteAdmin> {
  const file = await readSiteConfig(paths.configFile);
  const config = file?.config ?? siteConfigSchema.parse({});
  const opened = await openDatabase(paths, loadConfig(), { waitMs: lockWaitMs, onError: () => undefined });
  const logger = pino({ level: 'silent' });
  const secret = randomBytes(32).toString('hex');
  const tokenUses = new TokenUses(opened.database, logger);
  const trustedProxies = parseTrustedProxies('');
  const app = localApp({
    config,
    database: opened.database,
    exportStore: new ExportStore(opened.database),
    tokenUses,
    logger,
    access: 'token',
    // Whoever has the folder needs no bounds.
    rateLimits: new RateLimits({ budgets: noBudgets, trustedProxies }),
    adminSecret: secret,
    siteRoot: new URL('http://localhost/'),
    trustedProxies,
    workers: noLocalWorkers,
  });
  return {
    isRunning: false,
    ask: async (path, init) => app.request(`http://localhost${adminPath}${path}`, request(secret, init)),
    close: () => opened.close(),
  };
}

/** The endpoints without a site around them. What fails is thrown: there is no log that an incident could be looked up in. */
function localApp(parts: AdminParts): Hono<AppEnvironment> {
  const app = new Hono<AppEnvironment>();
  app.onError((error, context) => {
    if (error.name === 'HttpError') return renderError(parts, context, error);
    throw error;
  });
  app.route(adminPath, adminApp(parts));
  return app;
}

function request(secret: string, init: { method: string; body?: object } = { method: 'GET' }): RequestInit {
  return {
    method: init.method,
    headers: { 'Content-Type': 'application/json', [adminSecretHeader]: secret },
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
  };
}
