import type { Logger } from 'pino';

import type { SitePaths } from '../catalogue/site-paths.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import { isLoopback } from '../http/cross-origin.ts';
import { listen } from '../http/listen.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { type OperationsEndpoints, operationsEndpoints } from './operations-endpoints.ts';
import { readinessOf } from './readiness.ts';
import { registerSiteFigures } from './register-site-figures.ts';
import { createSiteMetrics, type SiteMetrics } from './site-metrics.ts';

/** What a process tells of itself is taken from these. */
export interface OperationsSources {
  readonly config: Config;
  readonly database: Database;
  readonly objectStore: ObjectStore;
  readonly paths: SitePaths;
  readonly logger: Logger;
  readonly isDraining: () => boolean;
  /** The address that people use; null for a process that answers nobody. */
  readonly siteRoot: URL | null;
}

/** What a process tells of itself. */
export interface Operations {
  readonly metrics: SiteMetrics;
  readonly endpoints: OperationsEndpoints;
  /** The address of the port that is for these endpoints only; null where there is none. */
  readonly ownUrl: URL | null;
  close(): Promise<void>;
}

/**
 * Makes the metrics of a process and its endpoints, and listens on a port of their own where the configuration names one.
 *
 * @throws SiteError where that port is taken.
 */
export async function startOperations(sources: OperationsSources): Promise<Operations> {
  const { config, database, objectStore, paths, logger } = sources;
  const metrics = createSiteMetrics();
  registerSiteFigures(metrics.registry, {
    database,
    workFolder: paths.work,
    archiveFolder: paths.exports,
    onError: (error) => logger.warn({ err: error }, 'Metrics:Read:Failed'),
  });
  const readiness = readinessOf({
    database,
    objectStore,
    workFolder: paths.work,
    isDraining: sources.isDraining,
    onFailure: (check, error) => logger.warn({ check, err: error }, 'Readiness:Check:Failed'),
  });
  const parts = { metrics, readiness, metricsToken: config.metricsToken };
  const own = config.metricsPort === null ? null : await listen(config.metricsHost, config.metricsPort);
  const ownEndpoints = operationsEndpoints({ ...parts, isLocalTrusted: true });
  own?.answerWith(
    (request, environment) =>
      ownEndpoints(request, environment) ?? Response.json({ detail: 'Not found.' }, { status: 404 }),
  );
  return {
    metrics,
    // With a public address, a proxy of this machine may stand before it, and everyone seems to be local.
    endpoints: operationsEndpoints({
      ...parts,
      isLocalTrusted: sources.siteRoot !== null && isLoopback(sources.siteRoot.hostname),
    }),
    ownUrl: own?.url ?? null,
    close: async () => own?.close(),
  };
}
