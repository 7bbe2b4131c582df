import type { MiddlewareHandler } from 'hono';

import type { AppEnvironment } from './app-parts.ts';
import { HttpError } from './http-error.ts';

/** Longer than any address that this site gives out, and what servers of the web usually take. */
const mostUrlCharacters = 8000;

/** Refuses addresses that are too long to be meant: 414. */
export const limitUrl: MiddlewareHandler<AppEnvironment> = async (context, next) => {
  const { length } = context.req.url;
  if (length > mostUrlCharacters) {
    const detail = `The address has ${length} characters; this site takes ${mostUrlCharacters}. Send an extent in the body.`;
    throw new HttpError(414, { detail });
  }
  await next();
};
