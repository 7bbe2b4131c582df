import type { ExtentGeometry } from '@outcrop/contract';

import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import type { RequestOptions } from '../http/api-request.ts';
import { resourceUrl } from '../http/resource-url.ts';
import type { Transport } from '../http/transport.ts';
import { isRecord } from '../is-record.ts';
import { readString } from '../read-scalar.ts';
import type { Query } from '../query/query.ts';
import type { CropFilters, CropOrder } from './crop-attributes.ts';
import type { CropFeature } from './crop-feature.ts';
import { CropFeatureManager } from './crop-feature-manager.ts';

const listedCandidates = 10;
const pageSize = 100;

/** A polygon layer whose features can be the extent of an export. */
export class CropLayer {
  readonly id: number;
  name = '';
  url = '';
  /** EPSG:4326. */
  extent: ExtentGeometry | null = null;
  /** URL of the version of the layer that it was made of. */
  sourceLayer: string | null = null;
  readonly #transport: Transport;
  readonly #own: URL;
  #features: URL;

  /** @internal */
  constructor(body: unknown, context: { transport: Transport; collection: URL }) {
    this.id = isRecord(body) ? Number(body['id']) : Number.NaN;
    this.#transport = context.transport;
    this.#own = resourceUrl(context.collection, this.id);
    this.#features = new URL('cropfeatures/', this.#own);
    this.#fill(body);
  }

  /** Asks the site again. */
  async refresh(options?: RequestOptions): Promise<this> {
    const { body } = await this.#transport.json({ method: 'GET', url: this.#own, options });
    this.#fill(body);
    return this;
  }

  /** Its features, to get, list and filter. */
  get features(): CropFeatureManager {
    return new CropFeatureManager({ transport: this.#transport, url: this.#features, layer: this });
  }

  /** One feature, with its geometry. */
  async getFeature(featureId: number, options?: RequestOptions): Promise<CropFeature> {
    return this.features.get(featureId, options);
  }

  /** All features, without their geometries. */
  listFeatures(options?: RequestOptions): Query<CropFeature, CropFilters, CropOrder> {
    return this.features.list(options);
  }

  /**
   * The feature with a name: written so, else written so but for case.
   *
   * @throws InvalidArgumentError where there is none, with names that come near, or more than one, with their ids.
   */
  async findFeature(name: string, options?: RequestOptions): Promise<CropFeature> {
    const named = await this.listFeatures(options).filter({ name }).pageSize(pageSize).toArray();
    const exact = named.filter((feature) => feature.name === name);
    // Some sites do not know the filter, and send all of them the first time.
    const features = exact.length > 0 ? exact : await this.listFeatures(options).pageSize(pageSize).toArray();
    const matches =
      exact.length > 0 ? exact : features.filter((feature) => fold(feature.name) === fold(name));
    const [match] = matches;
    if (match !== undefined && matches.length === 1) return match;
    if (match === undefined) {
      throw new InvalidArgumentError(
        `Crop layer ${JSON.stringify(this.name)} has no feature ${JSON.stringify(name)}; ${describeCandidates(name, features)}`,
      );
    }
    const ids = matches.slice(0, listedCandidates).map(({ id }) => id);
    throw new InvalidArgumentError(
      `Crop layer ${JSON.stringify(this.name)} has ${matches.length} features named ${JSON.stringify(name)}; take one by its id: ${ids.join(', ')}`,
    );
  }

  #fill(body: unknown): void {
    if (!isRecord(body)) return;
    this.name = readString(body['name']) ?? '';
    this.url = readString(body['url']) ?? this.#own.href;
    this.extent = isRecord(body['extent']) ? (body['extent'] as unknown as ExtentGeometry) : null;
    this.sourceLayer = readString(body['source_layer']);
    const { features } = body;
    if (typeof features === 'string' && URL.canParse(features, this.#own.href))
      this.#features = new URL(features, this.#own);
  }
}

function describeCandidates(name: string, features: readonly CropFeature[]): string {
  const near = features.filter((feature) => fold(feature.name).includes(fold(name)));
  const shown = (near.length > 0 ? near : features).slice(0, listedCandidates).map((feature) => feature.name);
  return shown.length === 0 ? 'it has no features' : `it has ${features.length}, such as ${shown.join(', ')}`;
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase().trim();
}
