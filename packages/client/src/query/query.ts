import { ApiError } from '../errors/api-error.ts';
import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import { NotFoundError } from '../errors/not-found-error.ts';
import type { ApiResponse, RequestOptions } from '../http/api-request.ts';
import { parseLink } from '../http/parse-link.ts';
import { parseResourceRange } from '../http/parse-resource-range.ts';
import type { Transport } from '../http/transport.ts';
import { expandHeader } from './expand-header.ts';
import { isElement, notTheApi } from './is-element.ts';
import { addFilter, setOrder } from './list-url.ts';
import type { Filter, ListAttributes, Order } from './list-attributes.ts';
import type { Page } from './page.ts';

/** What a query reads, and how. */
export interface QuerySource<T, Attributes extends object, Name extends string> {
  readonly transport: Transport;
  readonly url: URL;
  /** Lists that together are this one, for sites that do not have it. */
  readonly parts?: readonly URL[];
  readonly attributes: ListAttributes<Attributes, Name>;
  /** Makes an element of what the site sent. */
  readonly read: (body: unknown) => T;
  readonly expansions?: readonly string[];
  readonly options?: RequestOptions | undefined;
}

/**
 * A list on the site, which is asked for only when it is iterated, counted or indexed. Every refinement returns a new
 * query; every iteration asks again.
 *
 * @example
 * for await (const layer of client.layers.list()) console.log(layer.id, layer.title);
 */
export class Query<
  T,
  Attributes extends object = object,
  Name extends string = never,
> implements AsyncIterable<T> {
  readonly #source: QuerySource<T, Attributes, Name>;

  /** @internal */
  constructor(source: QuerySource<T, Attributes, Name>) {
    this.#source = source;
  }

  /**
   * The part of the list that meets all the conditions, those of earlier calls included.
   *
   * @throws InvalidArgumentError for an attribute that the list does not have, before anything is sent.
   *
   * @example
   * client.exports.list().filter({ state: ['complete', 'gone'], createdAtGte: new Date('2026-01-01') });
   */
  filter(conditions: Filter<Attributes>): Query<T, Attributes, Name> {
    const { url, attributes } = this.#source;
    return new Query({ ...this.#source, url: addFilter(url, conditions, attributes.filters) });
  }

  /**
   * The same list in another order; replaces an earlier one. A minus turns it round: `-createdAt`.
   *
   * @throws InvalidArgumentError for an attribute that the list cannot be ordered by, before anything is sent.
   */
  orderBy(order: Order<Name>): Query<T, Attributes, Name> {
    const { url, attributes } = this.#source;
    return new Query({ ...this.#source, url: setOrder(url, order, attributes.orders) });
  }

  /** The same list with more in each element: `list` for details (the `Expand` header of the API). */
  expand(...names: string[]): Query<T, Attributes, Name> {
    return new Query({ ...this.#source, expansions: [...(this.#source.expansions ?? []), ...names] });
  }

  /** The same list, asked for in pages of another size. Sites cap it, usually at 100. */
  pageSize(size: number): Query<T, Attributes, Name> {
    const url = new URL(this.#source.url);
    url.searchParams.set('page_size', String(wholeNumber('page size', size, 1)));
    return new Query({ ...this.#source, url });
  }

  /** The list page by page. */
  async *pages(): AsyncGenerator<Page<T>, void, undefined> {
    let page: Page<T>;
    try {
      page = await this.#page(this.#source.url);
    } catch (error) {
      for (const part of this.#parts(error)) yield* part.pages();
      return;
    }
    yield page;
    while (page.next !== null) {
      page = await this.#page(page.next);
      yield page;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) yield* page.items;
  }

  /**
   * Number of elements, by one request.
   *
   * @throws ApiError with the code `invalid-response` where the site has several pages and does not say how many records.
   */
  async count(): Promise<number> {
    const { url } = this.#source;
    try {
      const response = await this.#get(url);
      const { items, total, next } = this.#toPage(response, url);
      if (total !== null) return total;
      if (next === null) return items.length;
      throw new ApiError(
        `${url.pathname} does not say how many records it has; count them by iterating`,
        response,
        'invalid-response',
      );
    } catch (error) {
      const counts = await Promise.all(this.#parts(error).map((part) => part.count()));
      return counts.reduce((sum, count) => sum + count, 0);
    }
  }

  /** The first element; undefined for an empty list. */
  async first(): Promise<T | undefined> {
    return this.at(0);
  }

  /** The element with this number, from 0; undefined past the end. */
  async at(index: number): Promise<T | undefined> {
    let remaining = wholeNumber('index', index, 0);
    for await (const { items } of this.pages()) {
      if (remaining < items.length) return items[remaining];
      remaining -= items.length;
    }
    return undefined;
  }

  /** The first elements, at most this many. */
  async take(limit: number): Promise<T[]> {
    const taken: T[] = [];
    if (wholeNumber('limit', limit, 0) === 0) return taken;
    for await (const item of this) {
      taken.push(item);
      if (taken.length === limit) break;
    }
    return taken;
  }

  /** All elements. */
  async toArray(): Promise<T[]> {
    return this.take(Number.MAX_SAFE_INTEGER);
  }

  /** The lists that stand in for one that the site does not have; throws what happened where none do. */
  #parts(error: unknown): Query<T, Attributes, Name>[] {
    const { url, parts = [], ...source } = this.#source;
    if (!(error instanceof NotFoundError) || parts.length === 0) throw error;
    return parts.map((part) => new Query({ ...source, url: new URL(url.search, part) }));
  }

  async #page(url: URL): Promise<Page<T>> {
    return this.#toPage(await this.#get(url), url);
  }

  async #get(url: URL): Promise<ApiResponse> {
    const { transport, expansions, options } = this.#source;
    return transport.json({ method: 'GET', url, headers: expandHeader(expansions), options });
  }

  #toPage(response: ApiResponse, url: URL): Page<T> {
    const { body, headers } = response;
    if (!Array.isArray(body) || !body.every(isElement)) throw notTheApi(url, response);
    const next = parseLink(headers.get('link')).get('page-next');
    return {
      items: body.map((item: unknown) => this.#source.read(item)),
      total: parseResourceRange(headers.get('x-resource-range'))?.total ?? null,
      next: next === undefined ? null : new URL(next, url),
    };
  }
}

function wholeNumber(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new InvalidArgumentError(`The ${name} is ${value}; give a whole number from ${least}`);
}
