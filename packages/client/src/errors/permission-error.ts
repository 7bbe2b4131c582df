import { ApiError } from './api-error.ts';

/** The key is good, but its owner may not do this (403). */
export class PermissionError extends ApiError {
  override readonly name = 'PermissionError';
  override readonly code = 'permission';
}
