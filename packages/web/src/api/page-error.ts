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

/** Whether a status says that a proxy answered for a site that is away, or that the site is stopping. */
export function isAway(status: number): boolean {
  return status >= 502 && status <= 504;
}

/** Whether the site could not be reached, which the page tells as a whole until it can be again. */
export function isConnectionProblem(error: unknown): boolean {
  if (error instanceof PageError) return error.kind === 'connection';
  if (isExportsError(error, 'connection')) return true;
  return isExportsError(error, 'api') && 'status' in error && isAway(Number(error.status));
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
