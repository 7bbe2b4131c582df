import { ApiError } from './api-error.ts';

/** There is no such thing here, or it belongs to someone else (404), or it is gone (410). */
export class NotFoundError extends ApiError {
  override readonly name = 'NotFoundError';
  override readonly code = 'not-found';
}
