import { randomUUID } from 'node:crypto';

import { Hono } from 'hono';

import { apiRoot, type ApiVersion, apiVersions } from '../exports/api-root.ts';
import { adminTokensPath, createTokenOperation } from './admin-operations.ts';
import type { AppEnvironment, AppParts, Operation, RequestContext } from './app-parts.ts';
import { mountPage } from '../page/mount-page.ts';
import { authenticate } from './authenticate.ts';
import { crossOrigin } from './cross-origin.ts';
import { HttpError, notFound } from './http-error.ts';
import { logRequests } from './log-requests.ts';
import { apiRoutes, type Route } from './routes.ts';
import { trailingSlash } from './trailing-slash.ts';

/** The HTTP application of a site. Answers `app.request(...)` in process, and any server by `app.fetch`. */
export function createApp(parts: AppParts): Hono<AppEnvironment> {
  const app = new Hono<AppEnvironment>();
  app.onError((error, context) => renderError(parts, context, error));
  app.notFound((context) => context.json({ detail: 'Not found.' }, 404));
  app.use(logRequests(parts.logger));
  app.post(adminTokensPath, createTokenOperation(parts));
  app.use(crossOrigin(parts));
  app.use(trailingSlash(parts));
  for (const version of apiVersions) {
    addVersion(app, parts, version);
  }
  mountPage(app, parts);
  app.get('/', (context) =>
    context.json({
      title: parts.site.config.title,
      description: 'An Outcrop export site.',
      api: apiRoot(parts.siteRoot).href,
    }),
  );
  return app;
}

function addVersion(app: Hono<AppEnvironment>, parts: AppParts, version: ApiVersion): void {
  const root = apiRoot(parts.siteRoot, version);
  const prefix = `/services/api/${version}/`;
  app.use(`${prefix}*`, async (context, next) => {
    context.set('apiRoot', root);
    await next();
  });
  app.get(prefix, (context) => context.json(describeApi(root)));
  for (const route of apiRoutes(parts)) {
    addRoute(app, parts, { ...route, path: prefix + route.path });
  }
}

function describeApi(root: URL): Record<string, string> {
  const collections = {
    exports: 'exports/',
    crop_layers: 'exports/croplayers/',
    layers: 'layers/',
    tables: 'tables/',
  };
  return Object.fromEntries(
    Object.entries(collections).map(([name, path]) => [name, new URL(path, root).href]),
  );
}

function addRoute(app: Hono<AppEnvironment>, parts: AppParts, route: Route): void {
  for (const [method, operation] of Object.entries(route.operations)) {
    app.on(method, route.path, (context) => perform(parts, context, operation));
  }
  const methods = new Set([
    ...Object.keys(route.operations).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])),
    'OPTIONS',
  ]);
  const allow = [...methods].join(', ');
  app.all(route.path, (context) => {
    if (context.req.method === 'OPTIONS') {
      return context.body(null, 204, { Allow: allow });
    }
    throw new HttpError(405, { detail: `Method "${context.req.method}" not allowed.` }, { Allow: allow });
  });
}

async function perform(parts: AppParts, context: RequestContext, operation: Operation): Promise<Response> {
  context.set('caller', await authenticate(parts, context, operation.scope));
  return operation.handle(context);
}

function renderError(parts: AppParts, context: RequestContext, error: Error): Response {
  if (error instanceof HttpError) {
    return context.json(error.body, error.status, { ...error.headers });
  }
  if (error instanceof URIError) {
    return renderError(parts, context, notFound());
  }
  const incident = randomUUID();
  parts.logger.error({ err: error, incident, requestId: context.get('requestId') }, 'Request:Serve:Failed');
  return context.json({ detail: `The site failed to answer. Tell its operator: incident ${incident}.` }, 500);
}
