import type { Migration } from '../migration.ts';

/** Step 1. */
export const tokensAndExports: Migration = {
  id: 1,
  name: 'tokens and exports',
  sql: `
    CREATE TABLE outcrop.tokens (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL,
      hash text NOT NULL UNIQUE,
      scopes text[] NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE outcrop.exports (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      token_id integer REFERENCES outcrop.tokens (id),
      name text NOT NULL,
      state text NOT NULL DEFAULT 'processing'
        CHECK (state IN ('processing', 'complete', 'cancelled', 'error', 'gone')),
      created_at timestamptz NOT NULL DEFAULT now(),
      created_via text NOT NULL DEFAULT 'api',
      request json NOT NULL,
      plan json NOT NULL,
      warnings json NOT NULL DEFAULT '[]',
      size_estimate_zipped bigint NOT NULL DEFAULT 0,
      progress double precision DEFAULT 0,
      stage text,
      job_id uuid NOT NULL,
      attempts integer NOT NULL DEFAULT 0,
      lease_until timestamptz,
      started_at timestamptz,
      finished_at timestamptz,
      downloaded_at timestamptz,
      archive_key text,
      archive_bytes bigint,
      archive_sha256 text,
      error_code text,
      error_detail text
    );
    CREATE INDEX exports_by_token ON outcrop.exports (token_id, id DESC);
    CREATE INDEX exports_processing ON outcrop.exports (id) WHERE state = 'processing';
  `,
};
