import { randomBytes } from 'node:crypto';

import { SiteError } from './catalogue/site-error.ts';
import { DownloadTickets } from './downloads/download-tickets.ts';
import { diskRoom } from './exports/disk-room.ts';
import { ExportStore } from './exports/export-store.ts';
import { IdempotencyStore } from './exports/idempotency-store.ts';
import { quotasOf } from './exports/quotas.ts';
import type { Access, AppParts } from './http/app-parts.ts';
import { createApp } from './http/create-app.ts';
import { isLoopback } from './http/cross-origin.ts';
import { rateBudgets } from './http/limits/rate-budgets.ts';
import { RateLimits } from './http/limits/rate-limits.ts';
import type { HttpServer } from './http/listen.ts';
import { rememberSiteAddress } from './notifications/site-address.ts';
import type { Operations } from './operations/start-operations.ts';
import type { LocalWorkers } from './runs/task-worker.ts';
import type { Foundations } from './site/foundations.ts';
import { announceSite, withdrawSite } from './site/running-site.ts';
import { TokenUses } from './tokens/token-uses.ts';

/** Who may use an API, and by which address. */
export interface ApiOptions {
  readonly host: string;
  /** The address that people use, where it is not the one that is listened on: behind a proxy. */
  readonly publicUrl: URL | null;
  /** Whether people at this machine need no token. */
  readonly anonymous: boolean;
  /** Lets `anonymous` be combined with a host that others can reach: anyone may then do anything. Default false. */
  readonly allowRemoteAnonymous?: boolean;
}

/** An API that answers. */
export interface RunningApi {
  /** The address that people use. Ends in `/`. */
  readonly url: URL;
  /** Takes no more requests, and gives those in flight so long. */
  close(graceMs?: number): Promise<void>;
}

/** Begins to answer requests in this process. The composition root of an API process. */
export async function startApi(
  foundations: Foundations,
  options: ApiOptions & { server: HttpServer; workers: LocalWorkers; operations: Operations },
): Promise<RunningApi> {
  const { site, logger, opened } = foundations;
  const { server, operations } = options;
  const url = asRoot(options.publicUrl ?? server.url);
  const adminSecret = randomBytes(32).toString('hex');
  const tokenUses = new TokenUses(opened.database, logger);
  const app = createApp(await appParts(foundations, { ...options, url, adminSecret, tokenUses }));
  await rememberSiteAddress(opened.database, url);
  server.answerWith(
    (request, environment) => operations.endpoints(request, environment) ?? app.fetch(request, environment),
  );
  await announceSite(site.paths, { url: server.url.href, pid: process.pid, secret: adminSecret });
  logger.info({ url: url.href, layers: site.layers.length }, 'Site:Serve:Started');
  return {
    url,
    async close(graceMs) {
      await withdrawSite(site.paths);
      await server.close(graceMs);
      await tokenUses.settle();
    },
  };
}

/** What the HTTP API of a site is made of. */
async function appParts(
  foundations: Foundations,
  options: ApiOptions & { url: URL; workers: LocalWorkers; adminSecret: string; tokenUses: TokenUses },
): Promise<AppParts> {
  const { site, config, logger, opened, objectStore, runStore, announce, notifications } = foundations;
  const access = decideAccess(options);
  return {
    site,
    siteRoot: options.url,
    access,
    database: opened.database,
    exportStore: new ExportStore(opened.database, announce, site.limits.keep_days),
    idempotencyStore: new IdempotencyStore(opened.database),
    runStore,
    objectStore,
    diskRoom: diskRoom({
      database: opened.database,
      workFolder: site.paths.work,
      reserve: site.limits.min_free_bytes,
      keepsArchives: config.storage.kind === 'files',
    }),
    downloadTickets: await DownloadTickets.open(opened.database),
    downloadSeconds: config.downloadSeconds,
    workers: options.workers,
    quotas: quotasOf(site.limits, access === 'local'),
    rateLimits: new RateLimits({
      budgets: rateBudgets(site.limits, access),
      trustedProxies: config.trustedProxies,
    }),
    notifications,
    logger,
    metrics: foundations.metrics,
    tokenUses: options.tokenUses,
    trustedProxies: config.trustedProxies,
    adminSecret: options.adminSecret,
    dumpDatabase: opened.dump,
  };
}

/**
 * Who may ask without a token.
 *
 * @throws SiteError where that would be anyone, and nobody has said that it may be.
 */
export function decideAccess(options: ApiOptions): Access {
  if (!options.anonymous) {
    return 'token';
  }
  if (isLoopback(options.host)) {
    return 'local';
  }
  if (options.allowRemoteAnonymous === true) {
    return 'open';
  }
  throw new SiteError(
    `Without tokens, anyone who can reach ${options.host} could export everything; use the host 127.0.0.1, or make tokens with \`outcrop token create\`.`,
  );
}

function asRoot(url: URL): URL {
  return url.pathname.endsWith('/') ? url : new URL(`${url.origin}${url.pathname}/`);
}
