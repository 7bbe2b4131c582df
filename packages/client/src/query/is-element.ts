import { ApiError, type ApiErrorDetails } from '../errors/api-error.ts';
import { isRecord } from '../is-record.ts';

/** Whether a body, or a part of one, is a thing of the API: each has an id. */
export function isElement(body: unknown): boolean {
  return isRecord(body) && 'id' in body;
}

/** The error for an answer that is JSON but not of this API. */
export function notTheApi(url: URL, response: ApiErrorDetails): ApiError {
  return new ApiError(
    `${url.origin}${url.pathname} answers with something else than the Exports API; check the address of the site`,
    response,
    'invalid-response',
  );
}
