import type { ExtentGeometry } from '@outcrop/contract';

import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import type { RequestOptions } from '../http/api-request.ts';
import { isRecord } from '../is-record.ts';
import { readNumber, readString } from '../read-scalar.ts';
import type { CropFeatureContext } from './crop-feature-manager.ts';
import type { CropLayer } from './crop-layer.ts';

/** A feature of a crop layer. As the extent of an export it is sent as its URL. */
export class CropFeature {
  readonly id: number;
  name = '';
  readonly url: string;
  /** EPSG:4326. Null for a feature of a list, until `refresh()`. */
  geometry: ExtentGeometry | null = null;
  readonly #context: CropFeatureContext;

  /** @internal */
  constructor(body: unknown, context: CropFeatureContext) {
    const fields = isRecord(body) ? body : {};
    this.id = readNumber(fields['id']) ?? Number.NaN;
    this.url = readString(fields['url']) ?? '';
    this.#context = context;
    this.#fill(body);
  }

  /** Asks the site for it, with its geometry. */
  async refresh(options?: RequestOptions): Promise<this> {
    const { transport, url: list } = this.#context;
    if (this.url === '' || !URL.canParse(this.url, list.href)) {
      throw new InvalidArgumentError(`Crop feature ${this.id} has no URL; get it from its crop layer`);
    }
    const url = new URL(this.url, list);
    const { body } = await transport.json({ method: 'GET', url, options });
    this.#fill(body);
    return this;
  }

  /** The crop layer it belongs to. */
  async layer(): Promise<CropLayer> {
    const { layer } = this.#context;
    return typeof layer === 'function' ? layer() : layer;
  }

  /** Its URL, which is how an export names it. */
  toJSON(): string {
    return this.url;
  }

  #fill(body: unknown): void {
    if (!isRecord(body)) return;
    this.name = readString(body['name']) ?? this.name;
    if (isRecord(body['geometry'])) this.geometry = body['geometry'] as unknown as ExtentGeometry;
  }
}
