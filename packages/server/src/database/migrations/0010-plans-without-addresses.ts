import type { Migration } from '../migration.ts';

/** Step 10. Plans had the addresses of PostGIS tables in them, with passwords: they are looked up when a plan is run. */
export const plansWithoutAddresses: Migration = {
  id: 10,
  name: 'plans without the addresses of databases',
  sql: String.raw`
    UPDATE outcrop.runs
    SET plan = regexp_replace(plan::text, '"connection":"([^"\\]|\\.)*"', '"connection":""', 'g')::json
    WHERE plan::text LIKE '%"connection":"_%';
  `,
};
