import type { ListAttributes } from '../query/list-attributes.ts';
import { timeFilters, type TimeFilters } from '../query/time-filters.ts';

/** What layers, tables and the catalogue can be filtered by. Sites of Outcrop know `q` and `kind`. */
export interface LayerFilters extends TimeFilters<'created_at' | 'updated_at'> {
  /** Words in title or description. */
  readonly q: string;
  /** `vector`, `table`, `raster`, `grid`, or a kind of the site's own. */
  readonly kind: string;
  /** What the key's owner may do with it, such as `download` (sites of Outcrop). */
  readonly permission: string;
  readonly public: boolean;
  readonly group: string | number;
  readonly license: string | number;
  readonly 'license.type': string;
  readonly category: string;
  readonly geotag: string;
  readonly tag: string;
}

/** What layers, tables and the catalogue can be ordered by. */
export type LayerOrder = 'created_at' | 'name' | 'popularity' | 'updated_at';

/** The same, to check what is written. */
export const layerAttributes: ListAttributes<LayerFilters, LayerOrder> = {
  filters: [
    'q',
    'kind',
    'permission',
    'public',
    'group',
    'license',
    'license.type',
    'category',
    'geotag',
    'tag',
    ...timeFilters('created_at'),
    ...timeFilters('updated_at'),
  ],
  orders: ['name', 'created_at', 'updated_at', 'popularity'],
};
