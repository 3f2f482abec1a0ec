-- Answers to requests that may be sent twice.
CREATE TABLE idempotency_keys (
    -- SHA-256 of the caller and of the key that they sent.
    key_hash     bytea PRIMARY KEY,
    -- SHA-256 of the request.
    request_hash bytea NOT NULL,
    -- Encrypted, since it may hold a new secret; null while the request is being answered.
    answer       bytea,
    -- When whoever is answering is taken for gone.
    lease_until  timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);
