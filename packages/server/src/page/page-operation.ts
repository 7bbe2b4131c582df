import type { AppParts, RequestContext } from '../http/app-parts.ts';

/** Answers a request of the page by a caller who is known, from the site as that caller sees it. */
export type PageOperation = (parts: AppParts, context: RequestContext) => Promise<Response>;
