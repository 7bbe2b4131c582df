import { type ApiOptions, decideAccess, type RunningApi, startApi } from './api.ts';
import { SiteError } from './catalogue/site-error.ts';
import { loadConfig } from './config.ts';
import { isLoopback } from './http/cross-origin.ts';
import { type HttpServer, listen } from './http/listen.ts';
import { socketLimitsOf } from './http/socket-limits.ts';
import { type Operations, startOperations } from './operations/start-operations.ts';
import { noLocalWorkers } from './runs/task-worker.ts';
import { type Foundations, type FoundationsOptions, openFoundations } from './site/foundations.ts';
import { defaultDrainSeconds, type ProcessRole, type ShutdownSteps } from './site/shutdown.ts';
import { type RunningTaskWorker, startWorker } from './worker.ts';

/** How a site is served. */
export interface StartOptions extends FoundationsOptions, ApiOptions {
  /** 0 for any that is free. */
  readonly port: number;
}

/** A site, or a part of one, that is running. */
export interface RunningServer {
  /** The address that people use. */
  readonly url: URL;
  /** The address of the port for probes and metrics only; null where there is none. */
  readonly operationsUrl: URL | null;
  /** Stops taking requests, lets exports end or gives them back for the next start, and lets go of the folder. */
  close(): Promise<void>;
}

/** A worker process. */
export interface RunningWorker {
  /** The address of the port for probes and metrics; null where there is none. */
  readonly operationsUrl: URL | null;
  /** Takes no more tasks, and lets those that run end, or gives them back. */
  close(): Promise<void>;
}

/**
 * Serves a site folder: HTTP API and workers in this process.
 *
 * @throws SiteError where the folder cannot be served: no `outcrop.yaml`, another process has it, the port is taken.
 */
export async function startSite(options: StartOptions): Promise<RunningServer> {
  decideAccess(options);
  const foundations = await openFoundations(options);
  return orClose(foundations, async () => {
    // Listening comes first: the port may be taken, and addresses in bodies need its number.
    const server = await listen(options.host, options.port, socketLimitsOf(foundations.config));
    return serve(foundations, { ...options, server, hasWorker: true });
  });
}

/**
 * Serves the HTTP API of a site; its tasks are done by worker processes.
 *
 * @throws SiteError also where there is no PostgreSQL server, which processes could share.
 */
export async function startApiProcess(options: StartOptions): Promise<RunningServer> {
  decideAccess(options);
  const foundations = await openShared(options, 'api');
  return orClose(foundations, async () => {
    const server = await listen(options.host, options.port, socketLimitsOf(foundations.config));
    return serve(foundations, { ...options, server, hasWorker: false });
  });
}

/**
 * Does the tasks of a site, whose HTTP API other processes serve.
 *
 * @throws SiteError also where there is no PostgreSQL server, which processes could share.
 */
export async function startWorkerProcess(options: FoundationsOptions): Promise<RunningWorker> {
  const foundations = await openShared(options, 'worker');
  return orClose(foundations, async () => {
    const operations = await startOperations(foundations, { isLocalTrusted: true });
    const worker = await startWorker(foundations).catch(async (error: unknown) => {
      await operations.close();
      throw error;
    });
    await deliver(foundations);
    foundations.logger.info({ concurrency: foundations.config.concurrency }, 'Site:Work:Started');
    return {
      operationsUrl: operations.ownUrl,
      close: () =>
        end(foundations, 'worker', {
          endTasks: (graceMs) => worker.close(graceMs),
          close: () => operations.close(),
        }),
    };
  });
}

async function serve(
  foundations: Foundations,
  options: ApiOptions & { server: HttpServer; hasWorker: boolean },
): Promise<RunningServer> {
  const { server, hasWorker, publicUrl } = options;
  let worker: RunningTaskWorker | null = null;
  let operations: Operations | null = null;
  try {
    // With a public address, a proxy of this machine may stand before it, and everyone seems to be local.
    const isLocalTrusted = publicUrl === null || isLoopback(publicUrl.hostname);
    operations = await startOperations(foundations, { isLocalTrusted });
    worker = hasWorker ? await startWorker(foundations) : null;
    const api = await startApi(foundations, { ...options, operations, workers: worker ?? noLocalWorkers });
    if (hasWorker) await deliver(foundations);
    return running(foundations, { api, worker, operations });
  } catch (error) {
    await server.close();
    await operations?.close();
    await worker?.close();
    throw error;
  }
}

/** Begins to tell people, once the address that they use is known. */
function deliver({ notifications, opened }: Foundations): Promise<void> {
  return notifications.work({ isAlone: opened.isExclusive });
}

function running(
  foundations: Foundations,
  { api, worker, operations }: { api: RunningApi; worker: RunningTaskWorker | null; operations: Operations },
): RunningServer {
  return {
    url: api.url,
    operationsUrl: operations.ownUrl,
    close: () =>
      end(foundations, worker === null ? 'api' : 'serve', {
        endRequests: (graceMs) => api.close(graceMs),
        endTasks: worker === null ? undefined : (graceMs) => worker.close(graceMs),
        close: () => operations.close(),
      }),
  };
}

function end(foundations: Foundations, role: ProcessRole, steps: ShutdownSteps): Promise<void> {
  const { shutdown, config } = foundations;
  const close = async (): Promise<void> => {
    await steps.close();
    await foundations.close();
  };
  return shutdown.begin({ ...steps, close }, config.drainSeconds ?? defaultDrainSeconds[role]);
}

async function openShared(options: FoundationsOptions, command: string): Promise<Foundations> {
  const config = options.config ?? loadConfig();
  if (config.databaseUrl === null) {
    throw new SiteError(
      `\`outcrop ${command}\` shares a site with other processes, which needs a PostgreSQL server: set DATABASE_URL; or serve the site in one process with \`outcrop serve\`.`,
    );
  }
  return openFoundations({ ...options, config });
}

async function orClose<T>(foundations: Foundations, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    await foundations.close();
    throw error;
  }
}
