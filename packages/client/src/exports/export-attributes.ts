import type { ListAttributes } from '../query/list-attributes.ts';
import { timeFilters, type TimeFilters } from '../query/time-filters.ts';
import type { State } from './export-fields.ts';

/** What exports can be filtered by (sites of Outcrop; Koordinates documents no filter of exports). */
export interface ExportFilters extends TimeFilters<'created_at' | 'finished_at' | 'expires_at'> {
  readonly state: State;
  readonly name: string;
  /** A part of the name, in any case. */
  readonly q: string;
}

/** What exports can be ordered by (sites of Outcrop); newest first where nothing is said. */
export type ExportOrder = 'created_at' | 'expires_at' | 'finished_at' | 'id' | 'name' | 'state';

/** The same, to check what is written. */
export const exportAttributes: ListAttributes<ExportFilters, ExportOrder> = {
  filters: [
    'state',
    'name',
    'q',
    ...timeFilters('created_at'),
    ...timeFilters('finished_at'),
    ...timeFilters('expires_at'),
  ],
  orders: ['created_at', 'expires_at', 'finished_at', 'id', 'name', 'state'],
};
