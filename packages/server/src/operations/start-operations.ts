import { listen } from '../http/listen.ts';
import type { Foundations } from '../site/foundations.ts';
import { type OperationsEndpoints, operationsEndpoints } from './operations-endpoints.ts';
import { readinessOf } from './readiness.ts';

/** What a process tells of itself. */
export interface Operations {
  readonly endpoints: OperationsEndpoints;
  /** The address of the port that is for these endpoints only; null where there is none. */
  readonly ownUrl: URL | null;
  close(): Promise<void>;
}

/**
 * Makes the endpoints of a process, and listens on a port of their own where the configuration names one.
 *
 * @param options.isLocalTrusted see `OperationsParts`; on the port of their own, every program of this machine is.
 * @throws SiteError where that port is taken.
 */
export async function startOperations(
  foundations: Foundations,
  options: { readonly isLocalTrusted: boolean },
): Promise<Operations> {
  const { config, logger, metrics, shutdown } = foundations;
  const readiness = readinessOf({
    database: foundations.opened.database,
    objectStore: foundations.objectStore,
    workFolder: foundations.site.paths.work,
    isDraining: () => shutdown.isDraining,
    onFailure: (check, error) => logger.warn({ check, err: error }, 'Readiness:Check:Failed'),
  });
  const parts = { metrics, readiness, metricsToken: config.metricsToken };
  const own = config.metricsPort === null ? null : await listen(config.metricsHost, config.metricsPort);
  const ownEndpoints = operationsEndpoints({ ...parts, isLocalTrusted: true });
  own?.answerWith(
    (request, environment) =>
      ownEndpoints(request, environment) ?? Response.json({ detail: 'Not found.' }, { status: 404 }),
  );
  if (own !== null) {
    logger.info({ url: own.url.href }, 'Operations:Serve:Started');
  }
  return {
    endpoints: operationsEndpoints({ ...parts, ...options }),
    ownUrl: own?.url ?? null,
    close: async () => own?.close(),
  };
}
