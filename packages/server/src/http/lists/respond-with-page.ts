import { z } from 'zod';

import type { AppParts, RequestContext } from '../app-parts.ts';
import { notFound } from '../http-error.ts';
import type { ListFields } from './list-fields.ts';
import type { ListQuery } from './list-query.ts';

type ListParts = Pick<AppParts, 'siteRoot'>;

/** A page of a list, and how many the list has. */
export interface ListPage {
  readonly fields: ListFields;
  readonly query: ListQuery;
  readonly total: number;
  readonly items: readonly object[];
}

/** Headers of every list (wire contract, section 3). */
export const pageHeaders = {
  'X-Paginate-By': z.string().regex(/^\d+$/).meta({ description: 'Largest number of members of a page.' }),
  'X-Resource-Range': z
    .string()
    .regex(/^\d+-\d+\/\d+$/)
    .meta({ description: '`start-end/total`, from 0, the end not included.', example: '10-20/112' }),
  Link: z.string().optional().meta({
    description:
      'RFC 8288; `page-next`, `page-last`, `page-previous`, `page-first`, and `sort-` with each name to sort by.',
  }),
};

/** A page of a list that is in memory. */
export function sliceList<T>(list: readonly T[], { offset, pageSize }: ListQuery): T[] {
  return list.slice(offset, offset + pageSize);
}

/**
 * Answers with a page: a bare array, and where it is in the list in the headers.
 *
 * @throws HttpError 404 for a page past the end.
 */
export function respondWithPage(parts: ListParts, context: RequestContext, list: ListPage): Response {
  const { page, pageSize, offset } = list.query;
  const lastPage = Math.max(1, Math.ceil(list.total / pageSize));
  if (page > lastPage) {
    throw notFound(`Invalid page ${page}: the last one is ${lastPage}.`);
  }
  context.header('X-Paginate-By', String(pageSize));
  context.header('X-Resource-Range', `${offset}-${offset + list.items.length}/${list.total}`);
  const links = [...pageLinks(page, lastPage), ...sortLinks(list.fields)].map(({ rel, changes }) =>
    link(parts, context, { rel, changes }),
  );
  if (links.length > 0) {
    context.header('Link', links.join(', '));
  }
  return context.json(list.items);
}

interface LinkTarget {
  readonly rel: string;
  /** Parameters that differ from those that were asked; null takes one away. */
  readonly changes: Readonly<Record<string, string | null>>;
}

function pageLinks(page: number, lastPage: number): LinkTarget[] {
  const target = (rel: string, number: number): LinkTarget => ({ rel, changes: { page: String(number) } });
  const after = [target('page-next', page + 1), target('page-last', lastPage)];
  const before = [target('page-previous', page - 1), target('page-first', 1)];
  return [...(page < lastPage ? after : []), ...(page > 1 ? before : [])];
}

function sortLinks({ sorts }: ListFields): LinkTarget[] {
  return sorts.map((name) => ({ rel: `sort-${name}`, changes: { sort: name, page: null } }));
}

function link(parts: ListParts, context: RequestContext, { rel, changes }: LinkTarget): string {
  const asked = new URL(context.req.url);
  const url = new URL(asked.pathname.slice(1), parts.siteRoot);
  url.search = asked.search;
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) {
      url.searchParams.delete(name);
    } else {
      url.searchParams.set(name, value);
    }
  }
  return `<${url.href}>; rel="${rel}"`;
}
