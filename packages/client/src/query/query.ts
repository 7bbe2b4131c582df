import { ApiError } from '../errors/api-error.ts';
import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import type { RequestOptions } from '../http/api-request.ts';
import { parseLink } from '../http/parse-link.ts';
import { parseResourceRange } from '../http/parse-resource-range.ts';
import type { Transport } from '../http/transport.ts';
import type { Page } from './page.ts';

/** What a query reads, and how. */
export interface QuerySource<T> {
  readonly transport: Transport;
  readonly url: URL;
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
export class Query<T> implements AsyncIterable<T> {
  readonly #source: QuerySource<T>;

  constructor(source: QuerySource<T>) {
    this.#source = source;
  }

  /** The same list with more in each element: `list` for details (the `Expand` header of the API). */
  expand(...names: string[]): Query<T> {
    return new Query({ ...this.#source, expansions: [...(this.#source.expansions ?? []), ...names] });
  }

  /** The same list, asked for in pages of another size. Sites cap it, usually at 100. */
  pageSize(size: number): Query<T> {
    const url = new URL(this.#source.url);
    url.searchParams.set('page_size', String(wholeNumber('page size', size, 1)));
    return new Query({ ...this.#source, url });
  }

  /** The list page by page. */
  async *pages(): AsyncGenerator<Page<T>, void, undefined> {
    let url: URL | null = this.#source.url;
    while (url !== null) {
      const page: Page<T> = await this.#page(url);
      yield page;
      url = page.next;
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
    const response = await this.#get(this.#source.url);
    const { items, total, next } = this.#toPage(response, this.#source.url);
    if (total !== null) return total;
    if (next === null) return items.length;
    throw new ApiError(
      `${this.#source.url.pathname} does not say how many records it has; count them by iterating`,
      response,
      'invalid-response',
    );
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

  async #page(url: URL): Promise<Page<T>> {
    return this.#toPage(await this.#get(url), url);
  }

  async #get(url: URL): Promise<{ status: number; headers: Headers; body: unknown }> {
    const { transport, expansions = [], options } = this.#source;
    const headers = expansions.length === 0 ? {} : { expand: expansions.join(',') };
    return transport.json({ method: 'GET', url, headers, options });
  }

  #toPage(response: { status: number; headers: Headers; body: unknown }, url: URL): Page<T> {
    const { body, headers } = response;
    if (!Array.isArray(body)) {
      throw new ApiError(
        `${url.pathname} answers with something that is not a list; check the address of the site`,
        response,
        'invalid-response',
      );
    }
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
