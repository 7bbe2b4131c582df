import type { AppParts, RequestContext } from './app-parts.ts';
import { notFound } from './http-error.ts';

const defaultPageSize = 20;
const maxPageSize = 100;

/** The part of a list that was asked for. */
export interface PageRequest {
  readonly page: number;
  readonly pageSize: number;
  readonly offset: number;
}

/**
 * Reads `page` and `page_size`.
 *
 * @throws HttpError 404 for a page that is no number from 1 up.
 */
export function readPage(context: RequestContext): PageRequest {
  const written = context.req.query('page') ?? '1';
  if (!/^[1-9]\d{0,8}$/.test(written)) {
    throw notFound(`Invalid page ${JSON.stringify(written.slice(0, 50))}: pages are numbered from 1.`);
  }
  const wantedSize = Number.parseInt(context.req.query('page_size') ?? '', 10);
  const pageSize = wantedSize >= 1 ? Math.min(wantedSize, maxPageSize) : defaultPageSize;
  const page = Number(written);
  return { page, pageSize, offset: (page - 1) * pageSize };
}

/** A page of a list that is in memory. */
export function sliceList<T>(list: readonly T[], { offset, pageSize }: PageRequest): T[] {
  return list.slice(offset, offset + pageSize);
}

/**
 * Answers with a page: a bare array, and where it is in the list in the headers (wire contract, section 3).
 *
 * @throws HttpError 404 for a page past the end.
 */
export function respondWithPage(
  parts: AppParts,
  context: RequestContext,
  list: { readonly page: PageRequest; readonly total: number; readonly items: readonly object[] },
): Response {
  const { page, pageSize, offset } = list.page;
  const lastPage = Math.max(1, Math.ceil(list.total / pageSize));
  if (page > lastPage) {
    throw notFound(`Invalid page ${page}: the last one is ${lastPage}.`);
  }
  context.header('X-Paginate-By', String(pageSize));
  context.header(
    'X-Resource-Range',
    `${Math.min(offset, list.total)}-${offset + list.items.length}/${list.total}`,
  );
  const links = [
    ...(page < lastPage
      ? [
          link(parts, context, { page: page + 1, rel: 'page-next' }),
          link(parts, context, { page: lastPage, rel: 'page-last' }),
        ]
      : []),
    ...(page > 1
      ? [
          link(parts, context, { page: page - 1, rel: 'page-previous' }),
          link(parts, context, { page: 1, rel: 'page-first' }),
        ]
      : []),
  ];
  if (links.length > 0) {
    context.header('Link', links.join(', '));
  }
  return context.json(list.items);
}

function link(parts: AppParts, context: RequestContext, target: { page: number; rel: string }): string {
  const asked = new URL(context.req.url);
  const url = new URL(asked.pathname.slice(1), parts.siteRoot);
  url.search = asked.search;
  url.searchParams.set('page', String(target.page));
  return `<${url.href}>; rel="${target.rel}"`;
}
