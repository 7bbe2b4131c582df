import type { RequestOptions } from '../http/api-request.ts';
import { resourceUrl } from '../http/resource-url.ts';
import type { Transport } from '../http/transport.ts';
import { Collection, type GetOptions } from '../query/collection.ts';
import { cropAttributes, type CropFilters, type CropOrder } from './crop-attributes.ts';
import type { CropFeature } from './crop-feature.ts';
import { CropFeatureManager } from './crop-feature-manager.ts';
import { CropLayer } from './crop-layer.ts';

/** The crop layers of a site: the regions that it offers. */
export class CropLayerManager extends Collection<CropLayer, CropFilters, CropOrder> {
  /** What it makes. */
  static readonly model = CropLayer;
  readonly #transport: Transport;
  readonly #collection: URL;

  /** @internal */
  constructor(transport: Transport, collection: URL) {
    super({ transport, url: collection, attributes: cropAttributes });
    this.#transport = transport;
    this.#collection = collection;
  }

  /** One crop layer. */
  async get(cropLayerId: number, options?: GetOptions): Promise<CropLayer> {
    return this.read(await this.fetch(cropLayerId, options));
  }

  /** One feature of a crop layer, with its geometry, by one request. */
  async getFeature(
    cropLayerId: number,
    cropFeatureId: number,
    options?: RequestOptions,
  ): Promise<CropFeature> {
    const features = new CropFeatureManager({
      transport: this.#transport,
      url: new URL('cropfeatures/', resourceUrl(this.#collection, cropLayerId)),
      layer: () => this.get(cropLayerId),
    });
    return features.get(cropFeatureId, options);
  }

  protected override read(body: unknown): CropLayer {
    return new CropLayer(body, { transport: this.#transport, collection: this.#collection });
  }
}
