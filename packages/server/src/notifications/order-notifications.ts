import { z } from 'zod';

import { SiteError } from '../catalogue/site-error.ts';
import { type SitePaths, sitePaths } from '../catalogue/site-paths.ts';
import { loadConfig } from '../config.ts';
import { adminSecretHeader } from '../admin/admin-secret.ts';
import { openDatabase } from '../site/open-database.ts';
import { findRunningSite, type RunningSite } from '../site/running-site.ts';
import {
  administer,
  type NotificationAnswer,
  type NotificationOrder,
  NotificationOrderError,
} from './administer.ts';
import { notificationOrdersPath } from './take-orders.ts';

/** How often, and how long each time, to wait for a folder that is in use. */
const maxAttempts = 10;
const lockWaitMs = 1000;

const refusalSchema = z.object({ detail: z.string() });

/**
 * Has an order about notifications carried out, whether the site runs or not: a running one is asked, because only it may
 * open its database.
 *
 * @throws NotificationOrderError for an order that cannot be carried out; SiteError where the folder is in use otherwise.
 */
export async function orderNotifications(folder: URL, order: NotificationOrder): Promise<NotificationAnswer> {
  const paths = sitePaths(folder);
  for (let attempt = 1; ; attempt += 1) {
    const running = await findRunningSite(paths);
    if (running !== null) {
      return askRunningSite(running, order);
    }
    try {
      return await carryOut(paths, order);
    } catch (error) {
      // Whoever has the folder may be a site that is just starting, and can be asked in a moment.
      if (!(error instanceof SiteError) || attempt === maxAttempts) {
        throw error;
      }
    }
  }
}

async function askRunningSite(running: RunningSite, order: NotificationOrder): Promise<NotificationAnswer> {
  const response = await fetch(new URL(notificationOrdersPath, running.url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', [adminSecretHeader]: running.secret },
    body: JSON.stringify(order),
    signal: AbortSignal.timeout(30_000),
  });
  const body: unknown = await response.json();
  if (response.status === 400) {
    throw new NotificationOrderError(refusalSchema.parse(body).detail);
  }
  if (!response.ok) {
    throw new Error(
      `The site at ${running.url} did not take the order (HTTP ${response.status}); start it again.`,
    );
  }
  // Both are of one version: the running site's own.
  return body as NotificationAnswer;
}

async function carryOut(paths: SitePaths, order: NotificationOrder): Promise<NotificationAnswer> {
  const opened = await openDatabase(paths, loadConfig(), { waitMs: lockWaitMs, onError: () => undefined });
  try {
    return await administer(opened.database, order);
  } finally {
    await opened.close();
  }
}
