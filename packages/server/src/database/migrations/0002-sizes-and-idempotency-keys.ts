import type { Migration } from '../migration.ts';

/** Step 2. */
export const sizesAndIdempotencyKeys: Migration = {
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
};
