import type { Transport } from '../http/transport.ts';
import { Collection, type GetOptions } from '../query/collection.ts';
import { cropAttributes, type CropFilters, type CropOrder } from './crop-attributes.ts';
import { CropFeature } from './crop-feature.ts';
import type { CropLayer } from './crop-layer.ts';

/** What makes the features of one crop layer. */
export interface CropFeatureContext {
  readonly transport: Transport;
  /** URL of the list of features, with its slash. */
  readonly url: URL;
  readonly layer: CropLayer | (() => Promise<CropLayer>);
}

/** The features of one crop layer. Those of a list have no geometry, until `refresh()`. */
export class CropFeatureManager extends Collection<CropFeature, CropFilters, CropOrder> {
  /** What it makes. */
  static readonly model = CropFeature;
  readonly #context: CropFeatureContext;

  /** @internal */
  constructor(context: CropFeatureContext) {
    super({ ...context, attributes: cropAttributes });
    this.#context = context;
  }

  /** One feature, with its geometry. */
  async get(featureId: number, options?: GetOptions): Promise<CropFeature> {
    return this.read(await this.fetch(featureId, options));
  }

  protected override read(body: unknown): CropFeature {
    return new CropFeature(body, this.#context);
  }
}
