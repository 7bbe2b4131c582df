import type { RequestContext } from './app-parts.ts';
import { notFound } from './http-error.ts';

/** The largest id that the database can hold. */
const maxId = 2_147_483_647;

/**
 * A numeric id in a path.
 *
 * @throws HttpError 404 for one that cannot exist.
 */
export function readId(context: RequestContext, name: string, largest: number = maxId): number {
  const id = Number(context.req.param(name));
  if (!Number.isInteger(id) || id > largest) {
    throw notFound();
  }
  return id;
}
