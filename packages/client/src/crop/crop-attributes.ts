import type { ListAttributes } from '../query/list-attributes.ts';

/** What crop layers and crop features can be filtered by (sites of Outcrop). */
export interface CropFilters {
  readonly name: string;
  /** Words in the name. */
  readonly q: string;
}

/** What crop layers and crop features can be ordered by (sites of Outcrop). */
export type CropOrder = 'id' | 'name';

/** The same, to check what is written. */
export const cropAttributes: ListAttributes<CropFilters, CropOrder> = {
  filters: ['name', 'q'],
  orders: ['id', 'name'],
};
