import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';

import { type Logger, pino } from 'pino';

import { keepAudit } from './audit/keep-audit.ts';
import { openSite, type Site } from './catalogue/site.ts';
import { SiteError } from './catalogue/site-error.ts';
import { type Config, loadConfig } from './config.ts';
import { type Engine, outcropEngine } from './engine.ts';
import { ExportStore } from './exports/export-store.ts';
import { ExportWorker } from './exports/export-worker.ts';
import { IdempotencyStore } from './exports/idempotency-store.ts';
import { RunStore } from './exports/run-store.ts';
import { type Access } from './http/app-parts.ts';
import { createApp } from './http/create-app.ts';
import { isLoopback } from './http/cross-origin.ts';
import { type HttpServer, listen } from './http/listen.ts';
import { type ExportQueue, openExportQueue } from './queue/export-queue.ts';
import { openDatabase, type SiteDatabase } from './site/open-database.ts';
import { announceSite, withdrawSite } from './site/running-site.ts';
import { fileObjectStore } from './storage/file-object-store.ts';
import { TokenUses } from './tokens/token-uses.ts';

/** How a site is served. */
export interface StartOptions {
  readonly folder: URL;
  /** 0 for any that is free. */
  readonly port: number;
  readonly host: string;
  /** The address that people use, where it is not the one that is listened on: behind a proxy. */
  readonly publicUrl: URL | null;
  /** Whether people at this machine need no token. */
  readonly anonymous: boolean;
  /** Lets `anonymous` be combined with a host that others can reach: anyone may then do anything. Default false. */
  readonly allowRemoteAnonymous?: boolean;
  readonly logger?: Logger;
  readonly engine?: Engine;
  readonly config?: Config;
}

/** A site that is being served. */
export interface RunningServer {
  /** The address that people use. */
  readonly url: URL;
  /** Stops taking requests, gives running exports back for the next start, and lets go of the folder. */
  close(): Promise<void>;
}

/** How long a worker that died may have had its job before another takes it, where there may be others. */
const abandonedAfterSeconds = 90;
const sweepIntervalMs = 30_000;
/** A site that was just stopped may still be letting go of its folder. */
const lockWaitMs = 2000;

interface Foundations {
  readonly site: Site;
  readonly opened: SiteDatabase;
  readonly queue: ExportQueue;
  readonly runStore: RunStore;
  readonly logger: Logger;
  readonly config: Config;
  readonly engine: Engine;
}

/**
 * Serves a site folder: HTTP API and workers in this process. The composition root: nothing else makes adapters.
 *
 * @throws SiteError where the folder cannot be served: no `outcrop.yaml`, another process has it, the port is taken.
 */
export async function startSite(options: StartOptions): Promise<RunningServer> {
  const access = decideAccess(options);
  const config = options.config ?? loadConfig();
  const logger =
    options.logger ?? pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }));
  const engine = options.engine ?? outcropEngine;
  const site = await openSite(options.folder, engine);
  const onError = (error: Error): void => logger.error({ err: error }, 'Database:Use:Failed');
  const opened = await openDatabase(site.paths, config, { waitMs: lockWaitMs, onError });
  let server: HttpServer | null = null;
  try {
    // Listening comes first: the port may be taken, and addresses in bodies need its number.
    server = await listen(options.host, options.port);
    const queue = await openExportQueue(opened.database, { onError });
    const runStore = new RunStore(opened.database);
    return await serve(
      { site, opened, queue, runStore, logger, config, engine },
      { server, access, publicUrl: options.publicUrl },
    );
  } catch (error) {
    await server?.close();
    await opened.close();
    throw error;
  }
}

async function serve(
  foundations: Foundations,
  options: { server: HttpServer; access: Access; publicUrl: URL | null },
): Promise<RunningServer> {
  const { site, opened, queue, runStore, logger, config, engine } = foundations;
  const siteRoot = asRoot(options.publicUrl ?? options.server.url);
  const objectStore = fileObjectStore(site.paths.exports);
  const adminSecret = randomBytes(32).toString('hex');
  const worker = new ExportWorker({
    engine,
    runStore,
    objectStore,
    logger,
    folder: site.paths.folder,
    workFolder: site.paths.work,
  });
  const exportStore = new ExportStore(opened.database);
  const tokenUses = new TokenUses(opened.database, logger);
  const app = createApp({
    site,
    siteRoot,
    access: options.access,
    database: opened.database,
    exportStore,
    idempotencyStore: new IdempotencyStore(opened.database),
    objectStore,
    queue,
    worker,
    logger,
    tokenUses,
    trustedProxies: config.trustedProxies,
    adminSecret,
  });
  await prepareFolders(site, opened.isExclusive);
  const sweep = await recover(foundations);
  const stopAudit = keepAudit(opened.database, site.config.access.audit_days, logger);
  queue.work(worker.handle, config.concurrency);
  options.server.answerWith((request, environment) => app.fetch(request, environment));
  await announceSite(site.paths, { url: options.server.url.href, pid: process.pid, secret: adminSecret });
  logger.info({ url: siteRoot.href, layers: site.layers.length }, 'Site:Serve:Started');
  return {
    url: siteRoot,
    async close() {
      clearInterval(sweep);
      await withdrawSite(site.paths);
      await options.server.close();
      await Promise.all([queue.close(), worker.close(), tokenUses.settle(), stopAudit()]);
      await opened.close();
      await site.close();
      logger.info('Site:Serve:Done');
    },
  };
}

function decideAccess(options: StartOptions): Access {
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

async function prepareFolders(site: Site, isExclusive: boolean): Promise<void> {
  if (isExclusive) {
    await rm(site.paths.work, { recursive: true, force: true });
  }
  for (const folder of [site.paths.work, site.paths.cache, site.paths.exports]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
}

/** Takes up what a dead site left, at the start and, where other processes may die, from time to time. */
async function recover({ opened, queue, runStore, logger }: Foundations): Promise<NodeJS.Timeout> {
  const requeue = async (graceSeconds: number): Promise<void> => {
    const exportIds = await runStore.requeueAbandoned(queue, graceSeconds);
    if (exportIds.length > 0) {
      logger.warn({ exportIds }, 'Export:Run:Requeued');
      queue.wake();
    }
  };
  if (opened.isExclusive) {
    await runStore.forgetLeases();
  }
  await requeue(opened.isExclusive ? 0 : abandonedAfterSeconds);
  const sweep = setInterval(() => {
    requeue(abandonedAfterSeconds).catch((error: unknown) =>
      logger.error({ err: error }, 'Export:Run:RequeueFailed'),
    );
  }, sweepIntervalMs);
  sweep.unref();
  return sweep;
}

function asRoot(url: URL): URL {
  return url.pathname.endsWith('/') ? url : new URL(`${url.origin}${url.pathname}/`);
}
