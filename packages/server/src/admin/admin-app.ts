import { adminScope } from '@outcrop/contract';
import { Hono } from 'hono';

import type { AppEnvironment, RequestContext } from '../http/app-parts.ts';
import { authenticate } from '../http/authenticate.ts';
import { HttpError } from '../http/http-error.ts';
import { operator } from '../tokens/caller.ts';
import { type AdminOperation, type AdminParts, adminPath } from './admin-parts.ts';
import { adminSecretHeader, knowsSecret } from './admin-secret.ts';
import { downloadAudit, listAudit } from './audit-operations.ts';
import { cancelExport, listExports } from './export-operations.ts';
import { createLoginLink } from './login-link-operation.ts';
import { changeToken, createToken, getToken, listTokens, revokeToken } from './token-operations.ts';
import { listUsage } from './usage-operation.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

const operations: Readonly<Record<string, Readonly<Partial<Record<Method, AdminOperation>>>>> = {
  '': { GET: getRoot },
  'tokens/': { GET: listTokens, POST: createToken },
  'tokens/:id{[0-9]+}/': { GET: getToken, PATCH: changeToken, DELETE: revokeToken },
  'login-links/': { POST: createLoginLink },
  'exports/': { GET: listExports },
  'exports/:id{[0-9]+}/': { DELETE: cancelExport },
  'usage/': { GET: listUsage },
  'audit/': { GET: listAudit },
  'audit/lines/': { GET: downloadAudit },
};

/**
 * What operators do with a site, apart from the Exports API: by a token with the scope `admin`, or by the secret that a
 * running site leaves in its folder. Errors and lists have the shapes of the API.
 */
export function adminApp(parts: AdminParts): Hono<AppEnvironment> {
  const app = new Hono<AppEnvironment>();
  // Nothing of this is for the pages of other sites, nor for any cache.
  app.use('*', async (context, next) => {
    context.header('Cache-Control', 'no-store');
    context.set('caller', await authenticateOperator(parts, context));
    await next();
  });
  for (const [path, methods] of Object.entries(operations)) {
    for (const [method, operation] of Object.entries(methods)) {
      app.on(method, `/${path}`, (context) => operation(parts, context));
    }
    const names = Object.keys(methods).flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]));
    app.all(`/${path}`, (context) => {
      const detail = `Method "${context.req.method}" not allowed.`;
      throw new HttpError(405, { detail }, { Allow: names.join(', ') });
    });
  }
  return app;
}

async function authenticateOperator(parts: AdminParts, context: RequestContext): Promise<typeof operator> {
  if (context.req.header(adminSecretHeader) === undefined) return authenticate(parts, context, adminScope);
  if (knowsSecret(context, parts.adminSecret)) return operator;
  const detail = `The ${adminSecretHeader} is not that of the running site; read it again from its folder.`;
  throw new HttpError(401, { detail }, { 'WWW-Authenticate': 'key' });
}

async function getRoot(parts: AdminParts, context: RequestContext): Promise<Response> {
  const names = ['tokens', 'exports', 'usage', 'audit'];
  const root = new URL(adminPath.slice(1), parts.siteRoot);
  return context.json(Object.fromEntries(names.map((name) => [name, new URL(`${name}/`, root).href])));
}
