import type { RequestContext } from '../http/app-parts.ts';
import { notFound } from '../http/http-error.ts';
import { idSchema } from '../http/read-id.ts';

/** The id in a path of the page's own. */
export function readPathId(context: RequestContext): number {
  const id = idSchema.safeParse(context.req.param('id'));
  if (!id.success) throw notFound();
  return id.data;
}
