import type { RequestContext } from '../http/app-parts.ts';
import type { ListFields } from '../http/lists/list-fields.ts';
import { type ListQuery, listQuerySchema, readListQuery } from '../http/lists/list-query.ts';
import { refuseInvalid } from '../http/refuse-invalid.ts';

/**
 * What a request asks of a list, by the rules of the lists of the API.
 *
 * @throws HttpError 400 for a parameter that cannot be used, 404 for a page that is none.
 */
export function readAdminList(context: RequestContext, fields: ListFields): ListQuery {
  const sent = Object.entries(context.req.queries()).map(([name, values]) => [
    name,
    values.length === 1 ? values[0] : values,
  ]);
  const parsed = listQuerySchema(fields).safeParse(Object.fromEntries(sent));
  if (!parsed.success) {
    refuseInvalid({ success: false, target: 'query', error: parsed.error }, context);
    throw parsed.error;
  }
  return readListQuery(context, fields, parsed.data);
}
