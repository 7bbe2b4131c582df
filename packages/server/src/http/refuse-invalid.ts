import type { Hook } from '@hono/zod-openapi';

import type { AppEnvironment } from './app-parts.ts';
import { HttpError, notFound } from './http-error.ts';

/**
 * What happens to a request whose parameters do not fit.
 *
 * @throws HttpError 404 for an address that cannot exist and for a page that is none, 400 for other parameters.
 */
export const refuseInvalid: Hook<unknown, AppEnvironment, string, void> = (result, context) => {
  if (result.success) {
    return;
  }
  if (result.target === 'param') {
    throw notFound();
  }
  const errors: Record<string, string[]> = {};
  for (const issue of result.error.issues) {
    const name = String(issue.path[0] ?? 'non_field_errors');
    const written = (result.target === 'header' ? context.req.header(name) : context.req.query(name)) ?? '';
    const value = JSON.stringify(written.slice(0, 100));
    if (name === 'page') {
      throw notFound(`Invalid page ${value}: pages are numbered from 1.`);
    }
    (errors[name] ??= []).push(`${issue.message} (it is ${value})`);
  }
  throw new HttpError(400, errors);
};
