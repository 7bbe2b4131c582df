import type { IncomingMessage } from 'node:http';

import type { Context } from 'hono';
import type { Logger } from 'pino';

import type { Site } from '../catalogue/site.ts';
import type { Database } from '../database/database.ts';
import type { DownloadTickets } from '../downloads/download-tickets.ts';
import type { ApiVersion } from '../exports/api-root.ts';
import type { DiskRoom } from '../exports/disk-room.ts';
import type { ExportStore } from '../exports/export-store.ts';
import type { IdempotencyStore } from '../exports/idempotency-store.ts';
import type { Quotas } from '../exports/quotas.ts';
import type { Notifications } from '../notifications/notifications.ts';
import type { SiteMetrics } from '../operations/site-metrics.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { LocalWorkers } from '../runs/task-worker.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Caller } from '../tokens/caller.ts';
import type { RateLimits } from './limits/rate-limits.ts';
import type { TokenUses } from '../tokens/token-uses.ts';
import type { TrustedProxies } from './limits/remote-address.ts';

/**
 * Who may ask without a token. `token`: nobody. `local`: people at this machine, and no web page of another site
 * that their browser shows. `open`: anyone who reaches the site.
 */
export type Access = 'token' | 'local' | 'open';

/** What the HTTP API is made of. */
export interface AppParts {
  /** As operations get it, it is the site as the caller sees it. */
  readonly site: Site;
  /** The address that people use; every address in a body begins with it. Ends in `/`. */
  readonly siteRoot: URL;
  readonly access: Access;
  readonly database: Database;
  readonly exportStore: ExportStore;
  readonly idempotencyStore: IdempotencyStore;
  readonly objectStore: ObjectStore;
  readonly quotas: Quotas;
  readonly rateLimits: RateLimits;
  readonly downloadTickets: DownloadTickets;
  /** How long the address that a download redirects to may be opened. */
  readonly downloadSeconds: number;
  readonly diskRoom: DiskRoom;
  readonly runStore: RunStore;
  readonly workers: LocalWorkers;
  readonly notifications: Pick<Notifications, 'problems'>;
  readonly logger: Logger;
  readonly metrics: SiteMetrics;
  readonly tokenUses: TokenUses;
  /** Proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: TrustedProxies;
  /** Opens the admin endpoints for commands on the site's own machine; null where it does not. */
  readonly adminSecret: string | null;
  /** A copy of the embedded database; null where it is a server's. */
  readonly dumpDatabase: (() => Promise<Blob>) | null;
}

/** What a request carries from the middleware to its operation. */
export interface AppEnvironment {
  /** What the server of sockets adds; nothing in process. */
  Bindings: { readonly incoming?: Pick<IncomingMessage, 'socket'> };
  Variables: {
    requestId: string;
    /** Name of the operation, where it is one of the API's. */
    operation: string | undefined;
    caller: Caller;
    /** The version of the API that was asked. */
    version: ApiVersion;
    /** Root of the API in that version. */
    apiRoot: URL;
  };
}

/** A request being answered. */
export type RequestContext = Context<AppEnvironment>;
