import { type ErrorCode, ExportsError } from './exports-error.ts';

/** What is known of a response that became an error. */
export interface ApiErrorDetails {
  readonly status: number;
  readonly headers: Headers;
  /** The body: parsed where it is JSON, text where it is not, undefined where there is none. */
  readonly body: unknown;
  readonly cause?: unknown;
}

/** An answer of the site that is not a success, or not what the API promises. The message holds the site's own words. */
export class ApiError extends ExportsError {
  override readonly name: string = 'ApiError';
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  /** The site's name for the request (`X-Request-Id`), for whoever reads its logs. */
  readonly requestId: string | null;

  constructor(message: string, details: ApiErrorDetails, code: ErrorCode = 'api') {
    super(code, message, { cause: details.cause });
    this.status = details.status;
    this.headers = details.headers;
    this.body = details.body;
    this.requestId = details.headers.get('x-request-id');
  }
}
