import { ApiError, type ApiErrorDetails } from './api-error.ts';

/** The API key is missing, unknown, expired, or lacks a scope (401). The message names the scope where the site does. */
export class AuthenticationError extends ApiError {
  constructor(message: string, details: ApiErrorDetails) {
    super(message, details, 'authentication');
  }
}
