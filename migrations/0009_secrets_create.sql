-- A secret is a few named fields. What the store `database` keeps of them is in secret_fields, encrypted.
CREATE TABLE secrets (
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    -- The store that holds the values.
    store      text NOT NULL DEFAULT 'database',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE secret_fields (
    secret_id uuid NOT NULL REFERENCES secrets ON DELETE CASCADE,
    field     text NOT NULL,
    -- Version, nonce, ciphertext and tag; the crate `secrets` says how.
    envelope  bytea NOT NULL,
    PRIMARY KEY (secret_id, field)
);
