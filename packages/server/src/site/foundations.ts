import { mkdir } from 'node:fs/promises';

import type { Logger } from 'pino';

import { openSite, type Site } from '../catalogue/site.ts';
import { type Config, loadConfig } from '../config.ts';
import { type Engine, outcropEngine } from '../engine.ts';
import { Notifications } from '../notifications/notifications.ts';
import { createLogger } from '../operations/create-logger.ts';
import { registerSiteFigures } from '../operations/register-site-figures.ts';
import { createSiteMetrics, type SiteMetrics } from '../operations/site-metrics.ts';
import { startTracing } from '../operations/tracing.ts';
import type { Announce } from '../runs/announce.ts';
import { RunStore } from '../runs/run-store.ts';
import { TaskStore } from '../runs/task-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { openObjectStore } from '../storage/open-object-store.ts';
import { openDatabase, type SiteDatabase } from './open-database.ts';
import { Shutdown } from './shutdown.ts';

/** What every process of a site is made of, whether it answers requests, does tasks, or both. */
export interface Foundations {
  readonly site: Site;
  readonly config: Config;
  readonly engine: Engine;
  readonly logger: Logger;
  readonly opened: SiteDatabase;
  readonly objectStore: ObjectStore;
  readonly runStore: RunStore;
  readonly taskStore: TaskStore;
  readonly notifications: Notifications;
  readonly announce: Announce;
  readonly metrics: SiteMetrics;
  readonly shutdown: Shutdown;
  close(): Promise<void>;
}

/** Where the foundations are, and what tests put in place of the real things. */
export interface FoundationsOptions {
  readonly folder: URL;
  readonly logger?: Logger;
  readonly engine?: Engine;
  readonly config?: Config;
}

/** A site that was just stopped may still be letting go of its folder. */
const lockWaitMs = 2000;

/**
 * Opens a site folder, its database and its storage.
 *
 * @throws SiteError where the folder cannot be served: no `outcrop.yaml`, or another process has it; where its bucket cannot be used.
 */
export async function openFoundations(options: FoundationsOptions): Promise<Foundations> {
  const config = options.config ?? loadConfig();
  const logger = options.logger ?? createLogger(config);
  const engine = options.engine ?? outcropEngine;
  const site = await openSite(options.folder, engine);
  const onError = (error: Error): void => logger.error({ err: error }, 'Database:Use:Failed');
  const objectStore = await openObjectStore(config.storage, site.paths.exports);
  const opened = await openDatabase(site.paths, config, { waitMs: lockWaitMs, onError });
  const tracing = await startTracing(config.traces, logger);
  try {
    for (const folder of [site.paths.work, site.paths.cache]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    }
    const notifications = await Notifications.open({ database: opened.database, site, config, logger });
    const { announce } = notifications;
    return {
      site,
      config,
      engine,
      logger,
      opened,
      notifications,
      announce,
      metrics: metricsOf({ site, opened, config, logger }),
      shutdown: new Shutdown(logger),
      objectStore,
      runStore: new RunStore(opened.database, announce),
      taskStore: new TaskStore(opened.database, config.leaseSeconds),
      async close() {
        await notifications.close();
        await opened.close();
        await site.close();
        await tracing.close();
      },
    };
  } catch (error) {
    await opened.close();
    await tracing.close();
    throw error;
  }
}

function metricsOf({
  site,
  opened,
  config,
  logger,
}: Pick<Foundations, 'site' | 'opened' | 'config' | 'logger'>): SiteMetrics {
  const metrics = createSiteMetrics();
  registerSiteFigures(metrics.registry, {
    database: opened.database,
    workFolder: site.paths.work,
    archiveFolder: config.storage.kind === 'files' ? site.paths.exports : null,
    onError: (error) => logger.warn({ err: error }, 'Metrics:Read:Failed'),
  });
  return metrics;
}
