import { ApiError } from '../errors/api-error.ts';
import type { ApiRequest, ApiResponse } from '../http/api-request.ts';
import { isRecord } from '../is-record.ts';
import type { Export } from './export.ts';
import type { ExportContext } from './export-context.ts';

/**
 * Sends a request that answers with an export, and fills the given one with it. A create may answer with the address
 * of the export only, which is then asked.
 *
 * @returns the last response, for its headers.
 */
export async function fetchExport(
  target: Export,
  context: ExportContext,
  request: ApiRequest,
): Promise<ApiResponse> {
  const response = await context.transport.json(request);
  if (isExport(response.body)) {
    target.fill(response.body, context);
    return response;
  }
  const location = response.headers.get('location');
  if (request.method !== 'POST' || location === null || !URL.canParse(location, request.url.href)) {
    throw new ApiError(
      `${request.url.origin}${request.url.pathname} answers without an export; check the address of the site`,
      response,
      'invalid-response',
    );
  }
  return fetchExport(target, context, {
    method: 'GET',
    url: new URL(location, request.url),
    options: request.options,
  });
}

function isExport(body: unknown): body is Readonly<Record<string, unknown>> {
  return isRecord(body) && typeof body['id'] === 'number';
}
