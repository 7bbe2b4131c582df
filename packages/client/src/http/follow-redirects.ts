import { ConnectionError } from '../errors/connection-error.ts';
import type { ApiRequest, Fetch } from './api-request.ts';
import { isLoopback } from './is-loopback.ts';

const maxRedirects = 10;

/** What following needs to know of the client. */
export interface RedirectContext {
  readonly fetch: Fetch;
  /** The only origin that gets the key. */
  readonly origin: string;
  readonly allowInsecure: boolean;
  /** Headers for whatever origin answers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers for the site alone: the key, and what the caller adds. */
  readonly siteHeaders: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Sends a request and follows redirects by hand, because the runtime's own following says nothing of where it
 * goes before it went there. A redirect without `Location` is an answer like any other.
 *
 * @throws ConnectionError for a foreign origin where the request refuses it, and for endless redirects.
 */
export async function followRedirects(request: ApiRequest, context: RedirectContext): Promise<Response> {
  let { url, method, body } = request;
  let isOnSite = true;
  for (let hops = 0; hops <= maxRedirects; hops += 1) {
    checkOrigin(url, request, context);
    // Once a chain has left the site, what comes back to it is not the site's own request any more.
    isOnSite &&= url.origin === context.origin;
    const response = await send({ ...request, url, method, body }, context, isOnSite);
    const location = redirectTarget(response, url);
    if (location === null) return response;
    await response.body?.cancel();
    url = location;
    if (method === 'POST' && response.status < 307) {
      method = 'GET';
      body = undefined;
    }
  }
  throw new ConnectionError(
    `${request.url.origin}${request.url.pathname} redirects more than ${maxRedirects} times; check the address of the site`,
    { code: 'redirect' },
  );
}

function checkOrigin(url: URL, request: ApiRequest, context: RedirectContext): void {
  if (url.origin === context.origin) return;
  if (request.foreignOrigin !== 'without-key') {
    throw new ConnectionError(
      `The site points to ${url.origin}, which is not ${context.origin}; the request was not sent. Use that address for the client if it is the same site`,
      { code: 'foreign-origin' },
    );
  }
  const isSafe =
    url.protocol === 'https:' || (url.protocol === 'http:' && (isLoopback(url) || context.allowInsecure));
  if (!isSafe) {
    throw new ConnectionError(
      `The site points to ${url.protocol}//${url.host}, which is not encrypted; the request was not sent. Set allowInsecure on a network you trust`,
      { code: 'foreign-origin' },
    );
  }
}

async function send(request: ApiRequest, context: RedirectContext, isOnSite: boolean): Promise<Response> {
  const init: RequestInit = {
    method: request.method,
    headers: isOnSite ? { ...context.siteHeaders, ...context.headers } : context.headers,
    signal: context.signal,
    redirect: 'manual',
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  };
  const response = await context.fetch(request.url.href, init);
  if (response.type !== 'opaqueredirect') return response;
  return followInBrowser(request, context, init);
}

/**
 * A browser hides where a redirect leads, but follows it without the key when it leaves the origin (Fetch
 * standard, HTTP-redirect fetch). Only requests that change nothing go this way.
 */
async function followInBrowser(
  request: ApiRequest,
  context: RedirectContext,
  init: RequestInit,
): Promise<Response> {
  if (request.method === 'POST' || request.method === 'DELETE') {
    throw new ConnectionError(
      `${request.url.origin} answers ${request.method} with a redirect; check the address of the site`,
      { code: 'redirect' },
    );
  }
  const response = await context.fetch(request.url.href, { ...init, redirect: 'follow' });
  if (response.url !== '') checkOrigin(new URL(response.url), request, context);
  return response;
}

function redirectTarget(response: Response, base: URL): URL | null {
  const location = response.headers.get('location');
  if (location === null || ![301, 302, 303, 307, 308].includes(response.status)) return null;
  if (!URL.canParse(location, base.href)) {
    throw new ConnectionError(
      `${base.origin} redirects to ${JSON.stringify(location)}, which is not an address`,
      { code: 'redirect' },
    );
  }
  return new URL(location, base);
}
