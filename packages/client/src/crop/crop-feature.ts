import type { MultiPolygon, Polygon } from '@outcrop/contract';

import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import type { RequestOptions } from '../http/api-request.ts';
import type { Transport } from '../http/transport.ts';
import { isRecord } from '../is-record.ts';
import { readString } from '../read-scalar.ts';
import type { CropLayer } from './crop-layer.ts';

/** A feature of a crop layer. As the extent of an export it is sent as its URL. */
export class CropFeature {
  readonly id: number;
  readonly name: string;
  readonly url: string;
  /** EPSG:4326. Null for a feature of a list, until `refresh()`. */
  geometry: MultiPolygon | Polygon | null;
  readonly #transport: Transport;
  readonly #layer: CropLayer | (() => Promise<CropLayer>);
  readonly #base: URL;

  /** From a body; `base` is the URL that it came from. */
  constructor(
    body: unknown,
    context: { transport: Transport; base: URL; layer: CropLayer | (() => Promise<CropLayer>) },
  ) {
    const fields = isRecord(body) ? body : {};
    this.id = Number(fields['id']);
    this.name = readString(fields['name']) ?? '';
    this.url = readString(fields['url']) ?? '';
    this.geometry = isRecord(fields['geometry']) ? (fields['geometry'] as unknown as MultiPolygon) : null;
    this.#transport = context.transport;
    this.#layer = context.layer;
    this.#base = context.base;
  }

  /** Asks for the geometry. */
  async refresh(options?: RequestOptions): Promise<this> {
    if (!URL.canParse(this.url, this.#base.href)) {
      throw new InvalidArgumentError(`Crop feature ${this.id} has no URL; get it from its crop layer`);
    }
    const url = new URL(this.url, this.#base);
    const { body } = await this.#transport.json({ method: 'GET', url, options });
    if (isRecord(body) && isRecord(body['geometry']))
      this.geometry = body['geometry'] as unknown as MultiPolygon;
    return this;
  }

  /** The crop layer it belongs to. */
  async layer(): Promise<CropLayer> {
    return typeof this.#layer === 'function' ? this.#layer() : this.#layer;
  }

  /** Its URL, which is how an export names it. */
  toJSON(): string {
    return this.url;
  }
}
