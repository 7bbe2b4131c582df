import { randomUUID } from 'node:crypto';

import { DatabaseUnavailable } from '../database/database-unavailable.ts';
import { StorageError } from '../storage/storage-error.ts';
import type { AppParts, RequestContext } from './app-parts.ts';
import { HttpError, notFound, RefusedExport } from './http-error.ts';

/** Answers with an error; one that nobody expected is logged, and only its number is told. */
export function renderError(
  parts: Pick<AppParts, 'logger'>,
  context: RequestContext,
  error: Error,
): Response {
  if (error instanceof HttpError) {
    return context.json(wrap(context, error), error.status, { ...error.headers });
  }
  if (error instanceof URIError) {
    return renderError(parts, context, notFound());
  }
  const passing = describePassing(error);
  if (passing !== null) {
    parts.logger.warn({ err: error }, 'Request:Serve:Unavailable');
    return renderError(parts, context, new HttpError(503, { detail: passing }, { 'Retry-After': '5' }));
  }
  const incident = randomUUID();
  parts.logger.error({ err: error, incident }, 'Request:Serve:Failed');
  const detail = `The site failed to answer. Tell its operator: incident ${incident}.`;
  return renderError(parts, context, new HttpError(500, { detail }));
}

/** What does not answer at the moment, in words; null for a failure that does not pass by itself. */
function describePassing(error: Error): string | null {
  if (error instanceof DatabaseUnavailable) {
    return 'The site cannot reach its database at the moment; ask again in a few seconds.';
  }
  return error instanceof StorageError && error.isRetryable
    ? 'The storage of this site does not answer at the moment; ask again in a few seconds.'
    : null;
}

/** `v1.x` puts errors into an envelope, but for the verdict of a validation (wire contract, section 11). */
function wrap(context: RequestContext, error: HttpError): object {
  const isPlain = context.get('version') !== 'v1.x' || error instanceof RefusedExport;
  return isPlain ? error.body : { errors: error.body, status_code: error.status };
}
