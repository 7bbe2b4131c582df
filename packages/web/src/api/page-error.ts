import { isExportsError } from '@outcrop/client';

/** Why something that the page asked of its site did not work. */
export type PageErrorKind = 'connection' | 'authentication' | 'refused';

/** A failure of what is the page's own; the client has errors of its own. */
export class PageError extends Error {
  override readonly name = 'PageError';
  readonly kind: PageErrorKind;

  constructor(kind: PageErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Whether the site could not be reached: trying again may help. */
export function isConnectionProblem(error: unknown): boolean {
  if (error instanceof PageError) return error.kind === 'connection';
  if (isExportsError(error, 'connection') || isExportsError(error, 'timeout')) return true;
  return isExportsError(error, 'api') && 'status' in error && Number(error.status) >= 500;
}

/** Whether the site wants another key, or one at all. */
export function isSignInProblem(error: unknown): boolean {
  return error instanceof PageError
    ? error.kind === 'authentication'
    : isExportsError(error, 'authentication');
}

/** What a failure says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
