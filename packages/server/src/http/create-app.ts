import { OpenAPIHono } from '@hono/zod-openapi';
import type { Hono, MiddlewareHandler } from 'hono';

import { databaseDumpPath, dumpDatabase } from '../backup/dump-operation.ts';
import { apiRoot, type ApiVersion, apiVersions } from '../exports/api-root.ts';
import { adminApp } from '../admin/admin-app.ts';
import { adminPath } from '../admin/admin-parts.ts';
import type { AppEnvironment, AppParts } from './app-parts.ts';
import { downloadByTicket, downloadPath } from '../downloads/send-archive.ts';
import { notificationOrdersPath, takeNotificationOrders } from '../notifications/take-orders.ts';
import { mountPage } from '../page/mount-page.ts';
import { asCallerSees } from './as-caller-sees.ts';
import { authenticate } from './authenticate.ts';
import { crossOrigin } from './cross-origin.ts';
import { HttpError, notFound } from './http-error.ts';
import { observeRequests } from './observe-requests.ts';
import type { Operation } from './operation.ts';
import { refuseInvalid } from './refuse-invalid.ts';
import { renderError } from './render-error.ts';
import { limitUrl } from './request-size.ts';
import { apiPaths } from './routes.ts';
import { securityHeaders } from './security-headers.ts';
import { trailingSlash } from './trailing-slash.ts';

/** The HTTP application of a site. Answers `app.request(...)` in process, and any server by `app.fetch`. */
export function createApp(parts: AppParts): Hono<AppEnvironment> {
  const app = new OpenAPIHono<AppEnvironment>();
  app.onError((error, context) => renderError(parts, context, error));
  app.notFound((context) => renderError(parts, context, notFound()));
  app.use(observeRequests(parts));
  app.use(securityHeaders(parts.siteRoot));
  app.get(databaseDumpPath, dumpDatabase(parts));
  app.post(notificationOrdersPath, takeNotificationOrders(parts));
  for (const version of apiVersions) {
    const root = apiRoot(parts.siteRoot, version);
    app.use(`/services/api/${version}/*`, async (context, next) => {
      context.set('version', version);
      context.set('apiRoot', root);
      await next();
    });
  }
  app.use(limitUrl);
  app.use(crossOrigin(parts));
  app.use(trailingSlash(parts));
  for (const version of apiVersions) {
    app.route(`/services/api/${version}/`, versionApp(parts, version));
  }
  app.get(downloadPath, parts.rateLimits.admitSecret(downloadByTicket(parts)));
  app.route(adminPath, adminApp({ ...parts, config: parts.site.config }));
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

/** One version of the API. Paths are added in the order of their list, so that fixed ones come before those with an id. */
function versionApp(parts: AppParts, version: ApiVersion): OpenAPIHono<AppEnvironment> {
  const app = new OpenAPIHono<AppEnvironment>({ defaultHook: refuseInvalid });
  for (const { path, operations, allow } of apiPaths(version)) {
    for (const operation of operations) {
      addOperation(app, parts, operation);
    }
    app.all(path.replaceAll(/\{(\w+)\}/g, ':$1'), (context) => {
      const detail = `Method "${context.req.method}" not allowed.`;
      throw new HttpError(405, { detail }, { Allow: allow });
    });
  }
  return app;
}

function addOperation(app: OpenAPIHono<AppEnvironment>, parts: AppParts, operation: Operation): void {
  const { route, scope, perform } = operation;
  // Who asks is known before what they ask is looked at.
  const identify: MiddlewareHandler<AppEnvironment> = async (context, next) => {
    context.set('operation', route.operationId);
    if (scope === null) {
      return parts.rateLimits.admitAnyone(context, next);
    }
    context.set('caller', await authenticate(parts, context, scope));
    return next();
  };
  app.openapi({ ...route, middleware: identify }, (context) =>
    perform(scope === null ? parts : asCallerSees(parts, context), context),
  );
}
