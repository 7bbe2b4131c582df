import type { ExportValidationResponse } from '../exports/export-validation-response.ts';
import { ApiError, type ApiErrorDetails } from './api-error.ts';

/** One thing that is wrong with a request. */
export interface ValidationIssue {
  /** URL of the item concerned; null for the request as a whole. */
  readonly item: string | null;
  /** Field of the request concerned, as the wire names it; null for a refused export or item. */
  readonly field: string | null;
  /** Reason code such as `outside-extent`; null where the site gives words only. */
  readonly code: string | null;
  /** In words: the site's, else what this SDK knows of the code, else the code. */
  readonly detail: string;
}

/** The site refuses the request (400, 413, 422), with the reasons per field or per item. */
export class ValidationError extends ApiError {
  override readonly name = 'ValidationError';
  override readonly code = 'validation';
  readonly issues: readonly ValidationIssue[];
  /** The verdict item by item, where the items are what was refused. */
  readonly validation: ExportValidationResponse | null;

  constructor(
    message: string,
    details: ApiErrorDetails,
    refusal: { issues: readonly ValidationIssue[]; validation: ExportValidationResponse | null },
  ) {
    super(message, details);
    this.issues = refusal.issues;
    this.validation = refusal.validation;
  }
}
