-- Codes of an authenticator app, asked for after the password.
CREATE TABLE two_factor (
    user_id    text PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    -- Its field `secret`.
    secret_id  uuid NOT NULL,
    -- Not before a first code was right.
    enabled_at timestamptz,
    -- The time step of the last code: a code works once.
    last_step  bigint NOT NULL DEFAULT 0
);

-- SHA-256 of what is left of the recovery codes.
CREATE TABLE recovery_codes (
    user_id   text NOT NULL REFERENCES two_factor ON DELETE CASCADE,
    code_hash bytea NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);

-- Browsers whose password was right and whose code is awaited.
CREATE TABLE two_factor_challenges (
    token_hash           bytea PRIMARY KEY,
    user_id              text NOT NULL REFERENCES users ON DELETE CASCADE,
    remember             boolean NOT NULL,
    must_change_password boolean NOT NULL,
    attempts             integer NOT NULL DEFAULT 0,
    expires_at           timestamptz NOT NULL
);
