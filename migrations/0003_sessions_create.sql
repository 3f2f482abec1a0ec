-- Only the SHA-256 of a session token is kept: a stolen table signs nobody in.
CREATE TABLE sessions (
    id           uuid PRIMARY KEY,
    user_id      text NOT NULL REFERENCES users ON DELETE CASCADE,
    token_hash   bytea NOT NULL UNIQUE,
    -- Until the default password is replaced, the session may do nothing else.
    must_change_password boolean NOT NULL DEFAULT false,
    ip_address   text,
    user_agent   text,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Failed sign-ins, counted per account and per address; shared by all replicas.
CREATE TABLE sign_in_failures (
    subject   text NOT NULL,
    failed_at timestamptz NOT NULL
);
CREATE INDEX sign_in_failures_subject ON sign_in_failures (subject, failed_at);
