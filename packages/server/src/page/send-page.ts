import { createHash } from 'node:crypto';

import type { Next } from 'hono';

import type { AppParts, RequestContext } from '../http/app-parts.ts';
import { HttpError, notFound } from '../http/http-error.ts';
import { acceptedEncoding } from './accepted-encoding.ts';
import type { PageFiles } from './page-files.ts';

/**
 * Nothing but the page's own files runs, and nothing is sent anywhere else. Trusted Types keep markup from becoming
 * script; the page's policy lets a single constant through, which the map needs to measure text.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types default',
].join('; ');

/** A worker takes its policy from its own file: it reads files of the site, and nothing else. */
const assetPolicy =
  "default-src 'none'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const securityHeaders = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'geolocation=(), camera=(), microphone=()',
};

/** The page, for whoever takes HTML; programs that ask for `/` go on to what the API says of itself. */
export function sendPage(
  parts: AppParts,
  files: PageFiles,
): (context: RequestContext, next: Next) => Promise<Response | void> {
  return async (context, next) => {
    if (!(context.req.header('Accept') ?? '').includes('text/html')) return next();
    if (files.html === null) {
      const detail = 'The page was not built; run scripts/build. The API is at services/api/v1/.';
      throw new HttpError(503, { detail });
    }
    const isForm = !context.req.path.includes('/exports');
    const html = fill(files.html, parts, { asksForLayers: isForm && parts.access !== 'token' });
    const etag = `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"`;
    const headers = { ...securityHeaders, ETag: etag, 'Cache-Control': 'no-cache', Vary: 'Accept' };
    if (context.req.header('If-None-Match') === etag) return context.body(null, 304, headers);
    return context.body(html, 200, { ...headers, 'Content-Type': 'text/html; charset=utf-8' });
  };
}

/** A file of the page. Its name changes with its content, so it can be kept for ever. */
export function sendAsset(files: PageFiles): (context: RequestContext) => Promise<Response> {
  return async (context) => {
    const encoding = acceptedEncoding(context);
    const file = await files.read(context.req.param('name') ?? '', encoding);
    if (file === null) throw notFound();
    return context.body(Uint8Array.from(file.bytes), 200, {
      'Content-Type': file.type,
      'Content-Security-Policy': assetPolicy,
      'Cache-Control': 'public, max-age=31536000, immutable',
      'X-Content-Type-Options': 'nosniff',
      Vary: 'Accept-Encoding',
      ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
    });
  };
}

/**
 * Puts what only the site knows into the page: where it is, what it is called, who may use it. The browser is asked to fetch
 * the first layers before it has the script, but not where that needs a key, nor where the page shows no layers.
 */
function fill(
  html: string,
  { site, siteRoot, access }: AppParts,
  { asksForLayers }: { readonly asksForLayers: boolean },
): string {
  const settings = {
    title: site.config.title,
    publisher: site.config.publisher,
    root: siteRoot.href,
    needsKey: access === 'token',
    maxVertices: site.limits.max_extent_vertices,
    maxItems: site.limits.max_items,
    keepDays: site.limits.keep_days,
    maxKeepDays: site.limits.max_keep_days,
  };
  const json = JSON.stringify(settings).replaceAll('<', '\\u003c');
  return html
    .replace('<base href="/" />', () => `<base href="${escapeHtml(siteRoot.pathname)}" />`)
    .replace(/<title>.*?<\/title>/, () => `<title>${escapeHtml(site.config.title)}</title>`)
    .replace(/\s*<link rel="preload"[^>]*>/, (link) => (asksForLayers ? link : ''))
    .replace(/<bdi>.*?<\/bdi>/, () => `<bdi>${escapeHtml(site.config.title)}</bdi>`)
    .replace('"site-settings"></script>', () => `"site-settings">${json}</script>`);
}

function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replaceAll(/[&<>"]/g, (character) => names[character] ?? character);
}
