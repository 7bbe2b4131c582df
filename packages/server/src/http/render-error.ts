import { randomUUID } from 'node:crypto';

import type { AppParts, RequestContext } from './app-parts.ts';
import { HttpError, notFound } from './http-error.ts';

/** Answers with an error; one that nobody expected is logged, and only its number is told. */
export function renderError(parts: AppParts, context: RequestContext, error: Error): Response {
  if (error instanceof HttpError) {
    return context.json(wrap(context, error), error.status, { ...error.headers });
  }
  if (error instanceof URIError) {
    return renderError(parts, context, notFound());
  }
  const incident = randomUUID();
  parts.logger.error({ err: error, incident, requestId: context.get('requestId') }, 'Request:Serve:Failed');
  const detail = `The site failed to answer. Tell its operator: incident ${incident}.`;
  return renderError(parts, context, new HttpError(500, { detail }));
}

/** `v1.x` puts errors into an envelope; the verdict of a validation is the same in both (wire contract, section 11). */
function wrap(context: RequestContext, { body, status }: HttpError): object {
  if (context.get('version') !== 'v1.x' || 'is_valid' in body) {
    return body;
  }
  const { errors: _, ...errors } = body as { errors?: unknown };
  return { errors, status_code: status };
}
