-- Values may be in a store outside of the database; the row then says where.
ALTER TABLE secrets
    -- Counts the writes. Envelopes are bound to it, so that an older one of the same row does not open.
    ADD version          bigint NOT NULL DEFAULT 1,
    -- The secret's name within its store.
    ADD location         text,
    -- A store that may still hold a copy, which is to be deleted.
    ADD leaving_store    text,
    ADD leaving_location text;

-- A field is one of these: an envelope, a plain value that the next start encrypts, or a reference to a value that
-- somebody else keeps.
ALTER TABLE secret_fields
    ALTER envelope DROP NOT NULL,
    ADD value     text,
    ADD reference text,
    ADD CHECK (num_nonnulls(envelope, value, reference) = 1);

-- Where a team's secrets are in a Vault that we only read.
CREATE TABLE team_vault_folders (
    team_id    uuid PRIMARY KEY REFERENCES teams ON DELETE CASCADE,
    id         uuid NOT NULL UNIQUE,
    vault_path text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
