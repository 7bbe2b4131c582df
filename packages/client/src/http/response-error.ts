import { ApiError, type ApiErrorDetails } from '../errors/api-error.ts';
import { AuthenticationError } from '../errors/authentication-error.ts';
import { ConflictError } from '../errors/conflict-error.ts';
import { NotFoundError } from '../errors/not-found-error.ts';
import { PermissionError } from '../errors/permission-error.ts';
import { RateLimitError } from '../errors/rate-limit-error.ts';
import { ValidationError } from '../errors/validation-error.ts';
import { readProblem } from './read-problem.ts';
import { retryAfter } from './retry-after.ts';

/** Where an error response came from; the query is left out of messages, as signed URLs keep secrets in it. */
export interface ResponseOrigin {
  readonly method: string;
  readonly url: URL;
}

/** The error that an unsuccessful response stands for. The site's own words come first in its message. */
export function responseError(details: ApiErrorDetails, { method, url }: ResponseOrigin): ApiError {
  const problem = readProblem(details.body);
  const request = `${method} ${url.origin}${url.pathname}`;
  const message = `${problem.message ?? statusText(details.status)} (${details.status} for ${request})`;
  switch (details.status) {
    case 400:
    case 413:
    case 422:
      return new ValidationError(message, details, problem);
    case 401:
      return new AuthenticationError(message, details);
    case 403:
      return new PermissionError(message, details);
    case 404:
    case 410:
      return new NotFoundError(message, details);
    case 409:
      return new ConflictError(message, details);
    case 429:
      return new RateLimitError(message, details, retryAfter(details.headers));
    default:
      return new ApiError(message, details);
  }
}

/** What to say where the site says nothing. */
function statusText(status: number): string {
  switch (status) {
    case 401:
      return 'The site does not accept the API key; check the key and its scopes';
    case 403:
      return 'The owner of the API key may not do this';
    case 404:
      return 'The site has no such thing';
    case 410:
      return 'The site no longer has it';
    case 429:
      return 'The site asks for fewer requests';
    case 502:
    case 503:
    case 504:
      return 'The site is not available now; try again later';
    default:
      return status >= 500
        ? 'The site failed; try again later, and tell its owner if it stays'
        : 'The site refuses the request';
  }
}
