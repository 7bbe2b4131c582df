import type { Migration } from '../migration.ts';

/**
 * Step 11. How often a task has failed by itself, beside how often it was taken. Databases that step 3 made for a while have the column
 * already.
 */
export const failuresOfTasks: Migration = {
  id: 11,
  name: 'failures of tasks',
  sql: String.raw`
    ALTER TABLE outcrop.tasks ADD COLUMN IF NOT EXISTS failures integer NOT NULL DEFAULT 0;
  `,
};
