import { ApiError } from './api-error.ts';

/** The state of the export does not allow this (409): only an export that is processing can be cancelled. */
export class ConflictError extends ApiError {
  override readonly name = 'ConflictError';
  override readonly code = 'conflict';
}
