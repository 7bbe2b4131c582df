import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { pino } from 'pino';

import { openSite } from '../catalogue/site.ts';
import type { MailConfig } from '../config.ts';
import type { Database } from '../database/database.ts';
import type { Engine } from '../engine.ts';
import type { ApiVersion } from '../exports/api-root.ts';
import { DownloadTickets } from '../downloads/download-tickets.ts';
import { ExportStore } from '../exports/export-store.ts';
import { IdempotencyStore } from '../exports/idempotency-store.ts';
import { quotasOf } from '../exports/quotas.ts';
import { rateBudgets } from '../http/limits/rate-budgets.ts';
import { RateLimits } from '../http/limits/rate-limits.ts';
import { parseTrustedProxies } from '../http/limits/remote-address.ts';
import type { Access, AppParts } from '../http/app-parts.ts';
import { Notifications } from '../notifications/notifications.ts';
import { rememberSiteAddress } from '../notifications/site-address.ts';
import { createSiteMetrics } from '../operations/site-metrics.ts';
import { checkpointsInSharedFolder } from '../runs/checkpoints.ts';
import { RunFolders } from '../runs/run-folders.ts';
import { RunStore } from '../runs/run-store.ts';
import type { TaskParts } from '../runs/run-task.ts';
import { TaskStore } from '../runs/task-store.ts';
import { TaskWorker } from '../runs/task-worker.ts';
import { fileObjectStore } from '../storage/file-object-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { insertToken } from '../tokens/token-store.ts';
import { TokenUses } from '../tokens/token-uses.ts';
import { type CheckedApp, checkedApp } from './conformance.ts';
import { fakeEngine, type FakeTable, rectangle } from './fake-engine.ts';
import { openTestDatabase } from './open-test-database.ts';
import { endlessRoom } from './endless-room.ts';

/** A request but for its address. */
export type AskOptions = Omit<RequestInit, 'headers'> & {
  readonly headers?: Readonly<Record<string, string>>;
};

/** A site in a temporary folder, without a socket. */
export interface TestSite {
  readonly folder: URL;
  readonly app: CheckedApp;
  readonly parts: AppParts;
  /** What its worker does tasks with. */
  readonly taskParts: TaskParts;
  readonly engine: ReturnType<typeof fakeEngine>;
  /** Has all scopes. */
  readonly token: string;
  readonly notifications: Notifications;
  /** The same site, but for some of its parts. */
  appWith(parts: Partial<AppParts>): CheckedApp;
  /** Where a path of the API is: `exports/` becomes its address. */
  at(path: string, version?: ApiVersion): string;
  /** Asks as the holder of a token with all scopes, unless the headers say otherwise. */
  ask(path: string, init?: AskOptions): Promise<Response>;
  send(path: string, body: unknown): Promise<Response>;
  /** Creates the simplest export, and gives its detail body. */
  create(extra?: object): Promise<Record<string, unknown>>;
  /** Polls until the export is in a state. */
  waitFor(exportId: unknown, state: string): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

const nature: readonly FakeTable[] = [
  {
    table: 'countries',
    geometryType: 'MULTIPOLYGON',
    features: [
      { id: 1, name: 'New Zealand', geometry: rectangle([166, -47, 179, -34]) },
      { id: 2, name: 'Iceland', geometry: rectangle([-25, 63, -13, 67]) },
    ],
  },
  { table: 'cities', geometryType: 'POINT' },
  { table: 'city_list' },
];

/** `outcrop.yaml` of the test folder. */
export const testConfig = `title: Test site
prefix: kx
publisher: Outcrop
limits: { max_extent_vertices: 20, max_body_bytes: 20000 }
layers:
  - { id: 1, title: Countries, file: nature.gpkg, table: countries, crop_layer: true, name_field: name, licence: { title: Public domain, type: pd, url: 'https://example.com/pd', attribution: Natural Earth, text: No rights reserved. } }
  - { id: 2, title: Cities, file: nature.gpkg, table: cities }
  - { id: 3, title: City list, file: nature.gpkg, table: city_list }
  - { id: 4, title: Broken, file: broken.gpkg, table: roads }
  - { id: 5, title: Blue Marble, file: marble.jpg }
  - { id: 6, title: Mountain, file: mountain.asc }
`;

/** Writes a site folder for the fake engine. */
export async function writeTestFolder(yaml = '', config = testConfig): Promise<URL> {
  const folder = pathToFileURL(`${await mkdtemp(join(tmpdir(), 'outcrop-server-'))}/`);
  await writeFile(new URL('outcrop.yaml', folder), config + yaml);
  await writeFile(new URL('nature.gpkg', folder), JSON.stringify(nature));
  await writeFile(new URL('broken.gpkg', folder), 'not a GeoPackage');
  await writeFile(new URL('marble.jpg', folder), 'jpeg');
  await writeFile(new URL('mountain.asc', folder), 'grid');
  return folder;
}

/** What a site of tests is like. */
export interface TestSiteOptions {
  readonly access?: Access;
  readonly hasWorker?: boolean;
  /** Default: files in the folder. */
  readonly objectStore?: ObjectStore;
  /** Its `outcrop.yaml`, where it is not the usual one. */
  readonly config?: string;
  /** What is added to it. */
  readonly yaml?: string;
  readonly mail?: MailConfig;
  /** Default: one in memory. */
  readonly database?: Database;
  /** A site folder, which is removed in the end. Default: that of `writeTestFolder`. */
  readonly folder?: URL;
  /** What works for the site in place of the fake engine, made from it. */
  readonly engineFrom?: (fake: Engine) => Engine;
}

/** Opens a site with everything but a socket: the fake engine, a database in memory, one worker. */
export async function openTestSite(options: TestSiteOptions = {}): Promise<TestSite> {
  const folder = options.folder ?? (await writeTestFolder(options.yaml, options.config));
  const fake = fakeEngine();
  const engine = options.engineFrom?.(fake) ?? fake;
  const logger = pino({ level: 'silent' });
  const database = options.database ?? (await openTestDatabase());
  const site = await openSite(folder, engine);
  const objectStore = options.objectStore ?? fileObjectStore(site.paths.exports);
  const metrics = createSiteMetrics();
  const notifications = await Notifications.open({
    database,
    site,
    config: { mail: options.mail ?? null },
    logger,
  });
  await rememberSiteAddress(database, new URL('https://data.example.org/site/'));
  const runStore = new RunStore(database, notifications.announce, site.limits.keep_days);
  const taskParts: TaskParts = {
    engine,
    taskStore: new TaskStore(database, 60),
    runStore,
    objectStore,
    checkpoints: checkpointsInSharedFolder,
    folders: new RunFolders(site.paths.work),
    addressOf: (layerId) => site.postgisAddressOf(layerId),
    siteFolder: site.paths.folder,
    limits: { seconds: null, memoryBytes: null },
    metrics,
    logger,
  };
  const worker = new TaskWorker(taskParts);
  if (options.hasWorker !== false) {
    worker.start(1);
  }
  const tokenUses = new TokenUses(database, logger);
  const parts: AppParts = {
    site,
    siteRoot: new URL('http://localhost/'),
    access: options.access ?? 'token',
    database,
    exportStore: new ExportStore(database, notifications.announce, site.limits.keep_days),
    idempotencyStore: new IdempotencyStore(database),
    objectStore,
    quotas: quotasOf(site.limits, true),
    rateLimits: new RateLimits({
      budgets: rateBudgets(site.limits, 'local'),
      trustedProxies: parseTrustedProxies(''),
    }),
    diskRoom: endlessRoom,
    downloadTickets: await DownloadTickets.open(database),
    downloadSeconds: 900,
    runStore,
    workers: worker,
    notifications,
    logger,
    metrics,
    tokenUses,
    trustedProxies: parseTrustedProxies('127.0.0.1, 10.0.0.0/8'),
    adminSecret: 's'.repeat(64),
    dumpDatabase: null,
  };
  const { token } = await insertToken(database, {
    scopes: ['exports:read', 'exports:write', 'layers:read'],
    name: 'tests',
  });
  const app = checkedApp(parts);
  return {
    folder,
    app,
    parts,
    taskParts,
    engine: fake,
    notifications,
    appWith: (other) => checkedApp({ ...parts, ...other }),
    token,
    ...asker(app, token),
    async close() {
      await worker.close();
      await tokenUses.settle();
      await notifications.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

let named = 0;

function asker(app: CheckedApp, token: string): Pick<TestSite, 'at' | 'ask' | 'send' | 'create' | 'waitFor'> {
  const at = (path: string, version: ApiVersion = 'v1'): string =>
    `http://localhost/services/api/${version}/${path}`;
  const ask = async (path: string, init: AskOptions = {}): Promise<Response> =>
    app.request(path.startsWith('http') ? path : at(path), {
      ...init,
      headers: { Authorization: `key ${token}`, ...init.headers },
    });
  const send = (path: string, body: unknown): Promise<Response> =>
    ask(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
  const read = async (response: Response): Promise<Record<string, unknown>> =>
    (await response.json()) as Record<string, unknown>;
  return {
    at,
    ask,
    send,
    async create(extra = {}) {
      const body = {
        // Each is another: equal ones would share an archive.
        name: `export ${(named += 1)}`,
        items: [{ item: 'layers/2' }],
        formats: { vector: 'application/x-ogc-gpkg' },
        crs: 'EPSG:2193',
        ...extra,
      };
      const response = await send('exports/', body);
      const created = await read(response);
      if (response.status !== 201) {
        throw new Error(`HTTP ${response.status} ${JSON.stringify(created)}`);
      }
      return created;
    },
    async waitFor(exportId, state) {
      for (let attempt = 0; attempt < 500; attempt += 1) {
        const detail = await read(await ask(`exports/${String(exportId)}/`));
        if (detail['state'] === state) {
          return detail;
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error(`Export ${String(exportId)} did not become ${state}`);
    },
  };
}
