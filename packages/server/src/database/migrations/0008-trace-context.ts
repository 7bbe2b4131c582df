import type { Migration } from '../migration.ts';

/** Step 8. What is done later, by another process, belongs to the trace of the request that asked for it. */
export const traceContext: Migration = {
  id: 8,
  name: 'trace context of runs',
  sql: 'ALTER TABLE outcrop.runs ADD COLUMN traceparent text;',
};
