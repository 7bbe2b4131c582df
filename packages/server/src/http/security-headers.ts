import type { MiddlewareHandler } from 'hono';

import type { AppEnvironment } from './app-parts.ts';

/** An answer of the API is data: a browser that shows it by itself runs nothing of it, nor shows it in a frame. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/** A year, as browsers' lists ask for. Not the names below this one: those are for their owner to decide. */
const onlyHttps = 'max-age=31536000';

/** What every answer says to browsers and caches, unless it says otherwise itself. */
export function answerHeaders(siteRoot: URL): Readonly<Record<string, string>> {
  return {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': dataPolicy,
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    ...(siteRoot.protocol === 'https:' ? { 'Strict-Transport-Security': onlyHttps } : {}),
  };
}

/** Puts them on every answer. They are set first, so that an operation can replace one. */
export function securityHeaders(siteRoot: URL): MiddlewareHandler<AppEnvironment> {
  const headers = Object.entries(answerHeaders(siteRoot));
  return async (context, next) => {
    for (const [name, value] of headers) context.header(name, value);
    await next();
  };
}
