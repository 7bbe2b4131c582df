import type { Migration } from '../migration.ts';

/** Step 6. What is unfinished of each owner's is counted at every create. */
export const limits: Migration = {
  id: 6,
  name: 'unfinished exports by their owner',
  sql: `
    CREATE INDEX exports_unfinished_by_owner ON outcrop.exports (coalesce(token_id, 0), id)
      WHERE state = 'processing';
  `,
};
