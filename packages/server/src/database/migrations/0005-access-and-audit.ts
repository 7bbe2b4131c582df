import type { Migration } from '../migration.ts';

/**
 * Step 5. `owner_id` is the token that a key made by a login link stands in for; null where it is its own. Nothing in
 * the log refers to another table, so that it outlives what it tells of; a trigger refuses to change it, and to
 * delete from it but for retention, which says so in its transaction.
 */
export const accessAndAudit: Migration = {
  id: 5,
  name: 'rights of tokens, login codes, audit log',
  sql: `
    ALTER TABLE outcrop.tokens
      ADD COLUMN groups text[] NOT NULL DEFAULT '{}',
      ADD COLUMN referers text[] NOT NULL DEFAULT '{}',
      ADD COLUMN is_session boolean NOT NULL DEFAULT false,
      ADD COLUMN owner_id integer REFERENCES outcrop.tokens (id),
      ADD COLUMN expires_at timestamptz,
      ADD COLUMN revoked_at timestamptz,
      ADD COLUMN last_used_at timestamptz;
    CREATE INDEX tokens_by_owner ON outcrop.tokens (owner_id) WHERE owner_id IS NOT NULL;
    CREATE TABLE outcrop.login_codes (
      hash text PRIMARY KEY,
      name text NOT NULL,
      scopes text[] NOT NULL,
      groups text[] NOT NULL DEFAULT '{}',
      owner_id integer REFERENCES outcrop.tokens (id),
      expires_at timestamptz NOT NULL
    );
    CREATE INDEX login_codes_by_age ON outcrop.login_codes (expires_at);
    CREATE TABLE outcrop.audit (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      at timestamptz NOT NULL DEFAULT now(),
      action text NOT NULL,
      token_id integer,
      token_name text NOT NULL,
      request_id text,
      remote_address text,
      export_id integer,
      subject_token_id integer,
      items text[] NOT NULL DEFAULT '{}',
      bbox double precision[],
      crs text,
      formats json,
      bytes bigint,
      detail text
    );
    CREATE INDEX audit_by_time ON outcrop.audit (at DESC, id DESC);
    CREATE INDEX audit_by_token ON outcrop.audit (token_id, id DESC);
    CREATE INDEX audit_by_export ON outcrop.audit (export_id, id DESC) WHERE export_id IS NOT NULL;
    CREATE FUNCTION outcrop.keep_audit() RETURNS trigger LANGUAGE plpgsql AS $body$
      BEGIN
        IF TG_OP = 'DELETE' AND current_setting('outcrop.audit_retention', true) = 'on' THEN
          RETURN OLD;
        END IF;
        RAISE EXCEPTION 'outcrop.audit is append-only';
      END
    $body$;
    CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON outcrop.audit
      FOR EACH ROW EXECUTE FUNCTION outcrop.keep_audit();
    CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON outcrop.audit
      FOR EACH STATEMENT EXECUTE FUNCTION outcrop.keep_audit();
  `,
};
