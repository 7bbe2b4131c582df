import { type ApiOptions, decideAccess, type RunningApi, startApi } from './api.ts';
import { SiteError } from './catalogue/site-error.ts';
import { loadConfig } from './config.ts';
import { type HttpServer, listen } from './http/listen.ts';
import { noLocalWorkers } from './runs/task-worker.ts';
import { type Foundations, type FoundationsOptions, openFoundations } from './site/foundations.ts';
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
  /** Stops taking requests, gives running exports back for the next start, and lets go of the folder. */
  close(): Promise<void>;
}

/** A worker process. */
export interface RunningWorker {
  /** Takes no more tasks, and gives those back that run. */
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
    const server = await listen(options.host, options.port);
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
    const server = await listen(options.host, options.port);
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
    const worker = await startWorker(foundations);
    await deliver(foundations);
    foundations.logger.info({ concurrency: foundations.config.concurrency }, 'Site:Work:Started');
    return {
      async close() {
        await worker.close();
        await foundations.close();
        foundations.logger.info('Site:Work:Done');
      },
    };
  });
}

async function serve(
  foundations: Foundations,
  options: ApiOptions & { server: HttpServer; hasWorker: boolean },
): Promise<RunningServer> {
  const { server, hasWorker } = options;
  let worker: RunningTaskWorker | null = null;
  try {
    worker = hasWorker ? await startWorker(foundations) : null;
    const api = await startApi(foundations, { ...options, workers: worker ?? noLocalWorkers });
    if (hasWorker) await deliver(foundations);
    return running(foundations, { api, worker });
  } catch (error) {
    await server.close();
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
  { api, worker }: { api: RunningApi; worker: RunningTaskWorker | null },
): RunningServer {
  return {
    url: api.url,
    async close() {
      await api.close();
      await worker?.close();
      await foundations.close();
      foundations.logger.info('Site:Serve:Done');
    },
  };
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
