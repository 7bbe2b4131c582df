import type { RequestOptions } from '../http/api-request.ts';
import type { Transport } from '../http/transport.ts';
import { Collection } from '../query/collection.ts';
import { type LayerSummary, readLayerSummary } from './layer.ts';
import { layerAttributes, type LayerFilters, type LayerOrder } from './layer-attributes.ts';

/** What to search the catalogue for. All of it must hold. */
export interface CatalogSearch {
  /** A part of the title. */
  readonly text?: string | undefined;
  /** `vector`, `table`, `raster`, `grid`, or a kind of the site's own; of several, any. */
  readonly kind?: string | readonly string[] | undefined;
  /** What the key's owner may do with it: `download` for what can be exported. */
  readonly permission?: string | undefined;
}

/** All that a site has, layers and tables and what else it knows, in one list to search in. */
export class CatalogManager extends Collection<LayerSummary, LayerFilters, LayerOrder> {
  readonly #transport: Transport;
  readonly #base: URL;

  /** @internal */
  constructor(transport: Transport, base: URL) {
    super({
      transport,
      url: new URL('data/', base),
      // Sites that have no such list have these two.
      parts: [new URL('layers/', base), new URL('tables/', base)],
      attributes: layerAttributes,
    });
    this.#transport = transport;
    this.#base = base;
  }

  /**
   * Looks for layers and tables. Permissions that the list does not tell cost one request for each entry.
   *
   * @example
   * for await (const { title, url } of client.catalog.search({ text: 'roads', permission: 'download' })) {
   *   console.log(title, url);
   * }
   */
  async *search(
    { text, kind, permission }: CatalogSearch,
    options?: RequestOptions,
  ): AsyncGenerator<LayerSummary, void, undefined> {
    const found = this.list(options).filter({ q: text, kind });
    if (permission === undefined) {
      yield* found;
      return;
    }
    for await (const entry of found.expand('list')) {
      const told = entry.userPermissions === null ? await this.#ask(entry, options) : entry;
      if (told.userPermissions?.includes(permission) === true) yield told;
    }
  }

  protected override read(body: unknown): LayerSummary {
    return readLayerSummary(body);
  }

  async #ask({ url }: LayerSummary, options?: RequestOptions): Promise<LayerSummary> {
    const request = { method: 'GET', url: new URL(url, this.#base), options } as const;
    return readLayerSummary((await this.#transport.json(request)).body);
  }
}
