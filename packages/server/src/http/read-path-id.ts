import type { RequestContext } from './app-parts.ts';
import { notFound } from './http-error.ts';
import { idSchema } from './read-id.ts';

/** The id in a path outside of the API. */
export function readPathId(context: RequestContext): number {
  const id = idSchema.safeParse(context.req.param('id'));
  if (!id.success) throw notFound();
  return id.data;
}
