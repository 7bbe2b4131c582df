import type { ListAttributes } from '../query/list-attributes.ts';

/** What crop layers and crop features can be filtered by (sites of Outcrop). */
export interface CropFilters {
  readonly id: number;
  readonly name: string;
  /** A part of the name, in any case. */
  readonly q: string;
}

/** What crop layers and crop features can be ordered by (sites of Outcrop). */
export type CropOrder = 'id' | 'name';

/** The same, to check what is written. */
export const cropAttributes: ListAttributes<CropFilters, CropOrder> = {
  filters: ['id', 'name', 'q'],
  orders: ['id', 'name'],
};
