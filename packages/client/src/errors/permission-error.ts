import { ApiError, type ApiErrorDetails } from './api-error.ts';

/** The key is good, but its owner may not do this (403). */
export class PermissionError extends ApiError {
  constructor(message: string, details: ApiErrorDetails) {
    super(message, details, 'permission');
  }
}
