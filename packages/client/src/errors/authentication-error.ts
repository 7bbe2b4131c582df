import { ApiError } from './api-error.ts';

/** The API key is missing, unknown, expired, or lacks a scope (401). The message names the scope where the site does. */
export class AuthenticationError extends ApiError {
  override readonly name = 'AuthenticationError';
  override readonly code = 'authentication';
}
