import type { Migration } from '../migration.ts';

/** Step 4. */
export const secrets: Migration = {
  id: 4,
  name: 'secrets that the processes of a site share',
  sql: `
    CREATE TABLE outcrop.secrets (
      name text PRIMARY KEY,
      value text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    );
  `,
};
