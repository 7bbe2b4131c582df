import { mkdir } from 'node:fs/promises';

import { type Logger, pino } from 'pino';

import { openSite, type Site } from '../catalogue/site.ts';
import { type Config, loadConfig } from '../config.ts';
import { type Engine, outcropEngine } from '../engine.ts';
import { Notifications } from '../notifications/notifications.ts';
import type { Announce } from '../runs/announce.ts';
import { RunStore } from '../runs/run-store.ts';
import { TaskStore } from '../runs/task-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { openObjectStore } from '../storage/open-object-store.ts';
import { openDatabase, type SiteDatabase } from './open-database.ts';

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
  const logger =
    options.logger ?? pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }));
  const engine = options.engine ?? outcropEngine;
  const site = await openSite(options.folder, engine);
  const onError = (error: Error): void => logger.error({ err: error }, 'Database:Use:Failed');
  const objectStore = await openObjectStore(config.storage, site.paths.exports);
  const opened = await openDatabase(site.paths, config, { waitMs: lockWaitMs, onError });
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
      objectStore,
      runStore: new RunStore(opened.database, announce),
      taskStore: new TaskStore(opened.database, config.leaseSeconds),
      async close() {
        await notifications.close();
        await opened.close();
        await site.close();
      },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
