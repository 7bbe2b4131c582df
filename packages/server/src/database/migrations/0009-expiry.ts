import type { Migration } from '../migration.ts';

/**
 * Step 9. Exports that are complete get their time from the upkeep of the site, which knows how long it keeps them: it begins
 * on the day of the migration.
 */
export const expiry: Migration = {
  id: 9,
  name: 'until when exports can be downloaded',
  sql: `
    ALTER TABLE outcrop.exports ADD COLUMN expires_at timestamptz;
    CREATE INDEX exports_by_expiry ON outcrop.exports (expires_at) WHERE state = 'complete';
  `,
};
