import type { WireValidation } from '@outcrop/contract';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** An answer other than the one that was asked for: thrown anywhere in a request, written in one place. */
export class HttpError extends Error {
  override readonly name: string = 'HttpError';
  readonly status: ContentfulStatusCode;
  readonly body: object;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: ContentfulStatusCode, body: object, headers: Readonly<Record<string, string>> = {}) {
    super(`HTTP ${status}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** A create that is refused for its items. Its body is the verdict of a validation, the same in every version. */
export class RefusedExport extends HttpError {
  override readonly name = 'RefusedExport';

  constructor(verdict: WireValidation) {
    super(400, verdict);
  }
}

/** 404, as the wire writes it: whether something exists and is another's, or does not exist, looks the same. */
export function notFound(detail = 'Not found.'): HttpError {
  return new HttpError(404, { detail });
}
