import type { ListAttributes } from '../query/list-attributes.ts';
import { timeFilters, type TimeFilters } from '../query/time-filters.ts';

/**
 * What layers, tables and the catalogue can be filtered by. Sites of Outcrop know `q`, `kind`, `name`, `title` and `id`;
 * those of Koordinates know `q`, `kind` and the rest.
 */
export interface LayerFilters extends TimeFilters<'created_at' | 'updated_at'> {
  /** A part of the title, in any case; Koordinates searches descriptions too. */
  readonly q: string;
  /** `vector`, `table`, `raster`, `grid`, or a kind of the site's own. */
  readonly kind: string;
  readonly id: number;
  readonly name: string;
  readonly title: string;
  readonly public: boolean;
  readonly group: string | number;
  readonly license: string | number;
  readonly 'license.type': string;
  readonly category: string;
  readonly geotag: string;
  readonly tag: string;
}

/** What layers, tables and the catalogue can be ordered by. */
export type LayerOrder = 'created_at' | 'id' | 'kind' | 'name' | 'popularity' | 'updated_at';

/** The same, to check what is written. */
export const layerAttributes: ListAttributes<LayerFilters, LayerOrder> = {
  filters: [
    'q',
    'kind',
    'id',
    'name',
    'title',
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
  orders: ['name', 'id', 'kind', 'created_at', 'updated_at', 'popularity'],
};
