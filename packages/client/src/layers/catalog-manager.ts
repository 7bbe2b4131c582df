import type { Transport } from '../http/transport.ts';
import { Collection } from '../query/collection.ts';
import { type LayerSummary, readLayerSummary } from './layer.ts';
import { layerAttributes, type LayerFilters, type LayerOrder } from './layer-attributes.ts';

/**
 * All that a site has published, layers and tables and what else it knows, in one list to search in.
 *
 * @example
 * const roads = await client.catalog.filter({ q: 'roads', kind: 'vector' }).first();
 */
export class CatalogManager extends Collection<LayerSummary, LayerFilters, LayerOrder> {
  /** @internal */
  constructor(transport: Transport, url: URL) {
    super({ transport, url, attributes: layerAttributes });
  }

  protected override read(body: unknown): LayerSummary {
    return readLayerSummary(body);
  }
}
