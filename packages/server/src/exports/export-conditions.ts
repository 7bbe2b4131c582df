import { type Conditions, type ListColumns, listConditions } from '../database/list-conditions.ts';
import type { Selection } from './selection.ts';
import { stateNow } from './state-now.ts';

/** Columns that exports can be filtered and sorted by. */
const columns: ListColumns = {
  id: { sql: 'exports.id', type: 'integer' },
  name: { sql: 'exports.name', type: 'text' },
  state: { sql: `(${stateNow})`, type: 'text' },
  created_at: { sql: 'exports.created_at', type: 'timestamptz' },
  finished_at: { sql: 'exports.finished_at', type: 'timestamptz' },
  expires_at: { sql: 'exports.expires_at', type: 'timestamptz' },
  token: { sql: 'coalesce(exports.token_id, 0)', type: 'integer' },
};

/** Writes a selection of exports as SQL. */
export function exportConditions(selection: Selection, firstPlaceholder: number): Conditions {
  return listConditions(columns, selection, firstPlaceholder);
}
