import type { Transport } from '../http/transport.ts';
import { Collection, type GetOptions } from '../query/collection.ts';
import { type Layer, type LayerSummary, readLayer, readLayerSummary } from './layer.ts';
import { layerAttributes, type LayerFilters, type LayerOrder } from './layer-attributes.ts';

/** The layers, or the tables, of a site. */
export class LayerManager extends Collection<LayerSummary, LayerFilters, LayerOrder> {
  /** @internal */
  constructor(transport: Transport, url: URL) {
    super({ transport, url, attributes: layerAttributes });
  }

  /**
   * One layer or table.
   *
   * @throws NotFoundError where there is none with this id.
   */
  async get(layerId: number, options?: GetOptions): Promise<Layer> {
    return readLayer(await this.fetch(layerId, options));
  }

  protected override read(body: unknown): LayerSummary {
    return readLayerSummary(body);
  }
}
