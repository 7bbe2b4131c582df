/** One step of the schema. Steps are only ever added; a released step never changes. */
export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}

/** The schema, step by step. */
export const migrations: readonly Migration[] = [
  {
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
  },
  {
    id: 2,
    name: 'unzipped sizes, idempotency keys, exports by their owner',
    sql: `
      ALTER TABLE outcrop.exports
        ADD COLUMN size_estimate_unzipped bigint NOT NULL DEFAULT 0,
        ADD COLUMN archive_unzipped_bytes bigint;
      CREATE INDEX exports_by_owner ON outcrop.exports (coalesce(token_id, 0), id DESC);
      CREATE INDEX exports_by_owner_and_time ON outcrop.exports (coalesce(token_id, 0), created_at DESC, id DESC);
      DROP INDEX outcrop.exports_by_token;
      CREATE TABLE outcrop.idempotency_keys (
        token_id integer REFERENCES outcrop.tokens (id),
        key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
        body_sha256 text NOT NULL,
        export_id integer REFERENCES outcrop.exports (id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX idempotency_keys_by_owner ON outcrop.idempotency_keys (coalesce(token_id, 0), key);
      CREATE INDEX idempotency_keys_by_age ON outcrop.idempotency_keys (created_at);
    `,
  },
];
