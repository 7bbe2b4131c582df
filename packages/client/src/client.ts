import { platform } from '#platform';

import { InvalidArgumentError } from './errors/invalid-argument-error.ts';
import { ExportManager } from './exports/export-manager.ts';
import type { Fetch } from './http/api-request.ts';
import type { Logger } from './http/logger.ts';
import { defaultRetryPolicy, type RetryPolicy } from './http/retry-policy.ts';
import { siteUrl } from './http/site-url.ts';
import { Transport } from './http/transport.ts';
import { CatalogManager } from './layers/catalog-manager.ts';
import { LayerManager } from './layers/layer-manager.ts';

/** How a client behaves. */
export interface ClientOptions {
  /** API key of the site. Default in Node: the environment variable `KOORDINATES_TOKEN`. Null for none. */
  readonly apiKey?: string | null | undefined;
  /** Version of the API; `v1.x` has richer bodies, and v1 does not change. Default `v1`. */
  readonly version?: 'v1' | 'v1.x' | undefined;
  /** Replaces the runtime's `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Milliseconds that a site may take to answer. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** What to change of the default patience. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** Put before the client's own name. Not sent by browsers. */
  readonly userAgent?: string | undefined;
  /** Allows plain http to other machines than this one, which shows the key to the network. */
  readonly allowInsecure?: boolean | undefined;
  /** Gets a line for each answer and each repetition, without the key: `console`, for example. Default: none. */
  readonly logger?: Logger | undefined;
}

const ownUserAgent = 'outcrop-client';

/**
 * A site with an Exports API. Makes no request by itself.
 *
 * @example
 * const client = new Client('data.linz.govt.nz', { apiKey });
 * const local = new Client('http://localhost:8080');
 */
export class Client {
  /** Base of the API: `https://data.linz.govt.nz/services/api/v1/`. */
  readonly baseUrl: URL;
  /** The exports of the key's owner. */
  readonly exports: ExportManager;
  readonly layers: LayerManager;
  readonly tables: LayerManager;
  /** Layers, tables and what else the site has, to search in. */
  readonly catalog: CatalogManager;

  /** A bare host means https. */
  constructor(hostOrUrl: string | URL, options: ClientOptions = {}) {
    const allowInsecure = options.allowInsecure ?? false;
    const site = siteUrl(hostOrUrl, { allowInsecure });
    this.baseUrl = new URL(`/services/api/${options.version ?? 'v1'}/`, site);
    const transport = new Transport({
      fetch: options.fetch ?? ((url, init) => fetch(url, init)),
      fetchArchive: options.fetch ?? platform.fetchArchive,
      origin: site.origin,
      apiKey: checkKey(options.apiKey === undefined ? platform.environmentKey() : options.apiKey),
      userAgent: platform.setsUserAgent ? [options.userAgent, ownUserAgent].filter(Boolean).join(' ') : null,
      timeoutMs: options.timeoutMs ?? 60_000,
      retry: { ...defaultRetryPolicy, ...options.retry },
      allowInsecure,
      logger: options.logger ?? null,
    });
    this.catalog = new CatalogManager(transport, this.baseUrl);
    this.exports = new ExportManager(transport, new URL('exports/', this.baseUrl));
    this.layers = new LayerManager(transport, new URL('layers/', this.baseUrl));
    this.tables = new LayerManager(transport, new URL('tables/', this.baseUrl));
  }
}

function checkKey(key: string | null): string | null {
  if (key === null || /^[\x21-\x7e]+$/.test(key)) return key;
  throw new InvalidArgumentError(
    key === ''
      ? 'The API key is empty; give a key, or null for none'
      : 'The API key has spaces or other characters that no key has; copy it again',
  );
}
