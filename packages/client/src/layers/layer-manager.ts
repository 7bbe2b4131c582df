import { camelCase } from '../camel-case.ts';
import { resourceUrl } from '../http/resource-url.ts';
import type { RequestOptions } from '../http/api-request.ts';
import type { Transport } from '../http/transport.ts';
import { Query } from '../query/query.ts';
import { type Layer, type LayerSummary, readLayer } from './layer.ts';

/** The layers, or the tables, of a site. */
export class LayerManager {
  readonly #transport: Transport;
  readonly #collection: URL;

  /** `collection` is the URL of the list, with its slash. */
  constructor(transport: Transport, collection: URL) {
    this.#transport = transport;
    this.#collection = collection;
  }

  /**
   * One layer or table.
   *
   * @throws NotFoundError where there is none with this id.
   */
  async get(layerId: number, options?: RequestOptions): Promise<Layer> {
    const url = resourceUrl(this.#collection, layerId);
    const { body } = await this.#transport.json({ method: 'GET', url, options });
    return readLayer(body);
  }

  /** All that the key's owner can see. */
  list(options?: RequestOptions): Query<LayerSummary> {
    return new Query({
      transport: this.#transport,
      url: this.#collection,
      read: (body) => camelCase(body) as LayerSummary,
      options,
    });
  }
}
