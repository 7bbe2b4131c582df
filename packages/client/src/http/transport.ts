import { ApiError } from '../errors/api-error.ts';
import { ConnectionError } from '../errors/connection-error.ts';
import { ExportsError } from '../errors/exports-error.ts';
import { TimeoutError } from '../errors/timeout-error.ts';
import type { ApiRequest, ApiResponse, Fetch } from './api-request.ts';
import { followRedirects } from './follow-redirects.ts';
import type { Logger } from './logger.ts';
import { parseJson, parseLeniently } from './parse-json.ts';
import { responseError } from './response-error.ts';
import { retryAfter } from './retry-after.ts';
import { retryDelay, type RetryPolicy } from './retry-policy.ts';
import { sleep } from './sleep.ts';
import { startTimeLimit } from './time-limit.ts';

/** What all requests of a client have in common. */
export interface TransportConfig {
  readonly fetch: Fetch;
  /** Used instead for what is handed out with its body unread. */
  readonly fetchArchive: Fetch;
  /** The site's origin: the only one that gets the key. */
  readonly origin: string;
  readonly apiKey: string | null;
  readonly userAgent: string | null;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  readonly allowInsecure: boolean;
  readonly logger: Logger | null;
}

/** By what a request is sent, and what becomes of its answer. */
interface Exchange<T> {
  readonly fetch: Fetch;
  readonly read: (response: Response) => Promise<T>;
}

const safeMethods = ['GET', 'HEAD', 'OPTIONS'];
const passingStatuses = [408, 425, 429, 502, 503, 504];

/**
 * Sends requests: key, redirects, time limit, repetition of what is safe to repeat, and one error type for each way
 * to fail.
 */
export class Transport {
  readonly config: TransportConfig;

  constructor(config: TransportConfig) {
    this.config = config;
  }

  /** Sends a request and reads its JSON. */
  async json(request: ApiRequest): Promise<ApiResponse> {
    const read = async (response: Response): Promise<ApiResponse> => {
      const text = await response.text();
      const { status, headers } = response;
      return { status, headers, body: parseJson(this.#redact(text), { status, headers }, request.url) };
    };
    return this.#retrying(request, { fetch: this.config.fetch, read });
  }

  /** Sends a request and hands out the response with its body unread. Only the head of it is under the time limit. */
  async open(request: ApiRequest): Promise<Response> {
    return this.#retrying(request, { fetch: this.config.fetchArchive, read: async (response) => response });
  }

  async #retrying<T>(request: ApiRequest, exchange: Exchange<T>): Promise<T> {
    const { retry, logger } = this.config;
    const isRepeatable = request.isRepeatable ?? safeMethods.includes(request.method);
    for (let repetition = 0; ; repetition += 1) {
      const mayRepeat = isRepeatable && repetition < retry.retries;
      const outcome = await this.#attempt(request, exchange).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      if ('value' in outcome) return outcome.value;
      const pauseMs = mayRepeat ? repeatAfter(outcome.error, retry, repetition) : null;
      if (pauseMs === null) throw outcome.error;
      logger?.warn(`${describe(request)} is repeated in ${Math.round(pauseMs)} ms: ${String(outcome.error)}`);
      await sleep(pauseMs, request.options?.signal);
    }
  }

  async #attempt<T>(request: ApiRequest, { fetch, read }: Exchange<T>): Promise<T> {
    const { signal, timeoutMs = this.config.timeoutMs } = request.options ?? {};
    signal?.throwIfAborted();
    const limit = startTimeLimit(timeoutMs, signal);
    const startedAt = performance.now();
    try {
      const response = await followRedirects(request, {
        ...this.config,
        fetch,
        headers: this.#headers(request),
        siteHeaders: this.#siteHeaders(request),
        signal: limit.signal,
      });
      const elapsedMs = Math.round(performance.now() - startedAt);
      this.config.logger?.debug(
        `${describe(request)} was answered with ${response.status} in ${elapsedMs} ms`,
      );
      if (!isSuccess(response)) throw await this.#error(request, response);
      return await read(response);
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      if (error instanceof ExportsError) throw error;
      const address = `${request.url.origin}${request.url.pathname}`;
      if (limit.isOver()) {
        throw new TimeoutError(`${address} did not answer within ${timeoutMs} ms`, { cause: error });
      }
      throw new ConnectionError(`No connection to ${address}: ${causeOf(error)}`, { cause: error });
    } finally {
      limit.stop();
    }
  }

  #headers(request: ApiRequest): Record<string, string> {
    const { userAgent } = this.config;
    return {
      accept: 'application/json',
      ...request.headers,
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(userAgent === null ? {} : { 'user-agent': userAgent }),
    };
  }

  #siteHeaders(request: ApiRequest): Record<string, string> {
    const { apiKey } = this.config;
    const added = Object.entries(request.options?.headers ?? {});
    return {
      ...Object.fromEntries(added.map(([name, value]) => [name.toLowerCase(), value])),
      ...(apiKey === null ? {} : { authorization: `key ${apiKey}` }),
    };
  }

  async #error(request: ApiRequest, response: Response): Promise<ExportsError> {
    const text = this.#redact(await response.text());
    const { status, headers } = response;
    return responseError({ status, headers, body: parseLeniently(text) }, request);
  }

  /** A site that echoes the key must not put it into an error, which ends in logs. */
  #redact(text: string): string {
    const { apiKey } = this.config;
    return apiKey === null ? text : text.replaceAll(apiKey, '[key]');
  }
}

/** A 303 without `Location` carries the body of a complete export (wire contract, 5.3). */
function isSuccess(response: Response): boolean {
  return response.ok || response.status === 303;
}

/** Whether a request failed for reasons that pass: no answer, or one that says to come back later. */
export function mayPass(error: unknown): boolean {
  if (error instanceof ApiError) return passingStatuses.includes(error.status);
  return error instanceof TimeoutError || (error instanceof ConnectionError && error.code === 'connection');
}

/** Method and address; the query is left out, as signed addresses keep secrets in it. */
function describe({ method, url }: ApiRequest): string {
  return `${method} ${url.origin}${url.pathname}`;
}

/** The pause before a repetition, in milliseconds; null where repeating is no use. */
function repeatAfter(error: unknown, policy: RetryPolicy, repetition: number): number | null {
  if (!mayPass(error)) return null;
  const asked = error instanceof ApiError ? retryAfter(error.headers) : null;
  if (asked === null) return retryDelay(policy, repetition);
  return asked <= policy.maxMs ? asked : null;
}

/** The runtime's fetch says `fetch failed` and keeps what happened in its cause. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
