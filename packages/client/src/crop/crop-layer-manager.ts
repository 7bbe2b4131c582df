import type { RequestOptions } from '../http/api-request.ts';
import { resourceUrl } from '../http/resource-url.ts';
import type { Transport } from '../http/transport.ts';
import { Query } from '../query/query.ts';
import { CropFeature } from './crop-feature.ts';
import { CropLayer } from './crop-layer.ts';

/** The crop layers of a site. */
export class CropLayerManager {
  readonly #transport: Transport;
  readonly #collection: URL;

  /** `collection` is the URL of the list, with its slash. */
  constructor(transport: Transport, collection: URL) {
    this.#transport = transport;
    this.#collection = collection;
  }

  /** All crop layers. */
  list(options?: RequestOptions): Query<CropLayer> {
    return new Query({
      transport: this.#transport,
      url: this.#collection,
      read: (body) => new CropLayer(body, { transport: this.#transport, collection: this.#collection }),
      options,
    });
  }

  /** One crop layer. */
  async get(cropLayerId: number, options?: RequestOptions): Promise<CropLayer> {
    const url = resourceUrl(this.#collection, cropLayerId);
    const { body } = await this.#transport.json({ method: 'GET', url, options });
    return new CropLayer(body, { transport: this.#transport, collection: this.#collection });
  }

  /** One feature of a crop layer, with its geometry, by one request. */
  async getFeature(
    cropLayerId: number,
    cropFeatureId: number,
    options?: RequestOptions,
  ): Promise<CropFeature> {
    const features = new URL('cropfeatures/', resourceUrl(this.#collection, cropLayerId));
    const url = resourceUrl(features, cropFeatureId);
    const { body } = await this.#transport.json({ method: 'GET', url, options });
    return new CropFeature(body, {
      transport: this.#transport,
      base: url,
      layer: () => this.get(cropLayerId),
    });
  }
}
