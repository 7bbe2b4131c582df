import type { Migration } from '../migration.ts';

/** Step 7: who is told when an export ends, and what became of telling them. */
export const notifications: Migration = {
  id: 7,
  name: 'notifications',
  sql: `
    ALTER TABLE outcrop.tokens ADD COLUMN email text;
    CREATE TABLE outcrop.site_address (
      is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
      url text NOT NULL
    );
    CREATE TABLE outcrop.webhook_secrets (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      secret text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      retired_at timestamptz
    );
    CREATE UNIQUE INDEX webhook_secrets_current ON outcrop.webhook_secrets ((true)) WHERE retired_at IS NULL;
    CREATE TABLE outcrop.subscriptions (
      export_id integer PRIMARY KEY REFERENCES outcrop.exports (id) ON DELETE CASCADE,
      webhook text,
      email boolean NOT NULL
    );
    CREATE TABLE outcrop.deliveries (
      id uuid PRIMARY KEY,
      export_id integer NOT NULL REFERENCES outcrop.exports (id) ON DELETE CASCADE,
      event text NOT NULL CHECK (event IN ('complete', 'error', 'cancelled', 'gone')),
      event_id uuid NOT NULL,
      channel text NOT NULL CHECK (channel IN ('webhook', 'site-webhook', 'email')),
      target text NOT NULL,
      state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
      tries integer NOT NULL DEFAULT 0,
      detail text,
      created_at timestamptz NOT NULL DEFAULT now(),
      tried_at timestamptz,
      UNIQUE (export_id, event, channel, target)
    );
    CREATE INDEX deliveries_by_time ON outcrop.deliveries (created_at DESC, id);
  `,
};
