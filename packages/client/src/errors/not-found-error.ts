import { ApiError, type ApiErrorDetails } from './api-error.ts';

/** There is no such thing here, or it belongs to someone else (404), or it is gone (410). */
export class NotFoundError extends ApiError {
  constructor(message: string, details: ApiErrorDetails) {
    super(message, details, 'not-found');
  }
}
