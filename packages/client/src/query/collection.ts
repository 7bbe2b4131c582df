import type { RequestOptions } from '../http/api-request.ts';
import { resourceUrl } from '../http/resource-url.ts';
import type { Transport } from '../http/transport.ts';
import { expandHeader } from './expand-header.ts';
import { isElement, notTheApi } from './is-element.ts';
import type { Filter, ListAttributes, Order } from './list-attributes.ts';
import { Query } from './query.ts';

/** How to get one thing. */
export interface GetOptions extends RequestOptions {
  /** What to give in full instead of by address (the `Expand` header of the API). */
  readonly expand?: readonly string[] | undefined;
}

/** Where a collection is, and what it can do. */
export interface CollectionContext<Attributes extends object, Name extends string> {
  readonly transport: Transport;
  /** URL of the list, with its slash. */
  readonly url: URL;
  /** Lists that together are this one, for sites that do not have it. */
  readonly parts?: readonly URL[];
  readonly attributes: ListAttributes<Attributes, Name>;
}

/** A list on the site whose elements can be found by their attributes. */
export abstract class Collection<T, Attributes extends object, Name extends string> {
  readonly #context: CollectionContext<Attributes, Name>;

  /** @internal */
  constructor(context: CollectionContext<Attributes, Name>) {
    this.#context = context;
  }

  /** Everything that the key's owner can see. Asks nothing until it is iterated, counted or indexed. */
  list(options?: RequestOptions): Query<T, Attributes, Name> {
    const read = (body: unknown): T => this.read(body);
    return new Query({ ...this.#context, read, options });
  }

  /** The part of the list that meets the conditions: see {@link Query.filter}. */
  filter(conditions: Filter<Attributes>): Query<T, Attributes, Name> {
    return this.list().filter(conditions);
  }

  /** The list in an order: see {@link Query.orderBy}. */
  orderBy(order: Order<Name>): Query<T, Attributes, Name> {
    return this.list().orderBy(order);
  }

  /** The list with more in each element: see {@link Query.expand}. */
  expand(...names: string[]): Query<T, Attributes, Name> {
    return this.list().expand(...names);
  }

  /** Makes an element of what the site sent in a list. */
  protected abstract read(body: unknown): T;

  /** The body of one element, by its id. */
  protected async fetch(id: number, { expand, ...options }: GetOptions = {}): Promise<unknown> {
    const { transport, url } = this.#context;
    const headers = expandHeader(expand);
    const response = await transport.json({ method: 'GET', url: resourceUrl(url, id), headers, options });
    if (isElement(response.body)) return response.body;
    throw notTheApi(url, response);
  }
}
