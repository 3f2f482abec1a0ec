CREATE TABLE api_keys (
    id           uuid PRIMARY KEY,
    user_id      text NOT NULL REFERENCES users ON DELETE CASCADE,
    name         text NOT NULL,
    prefix       text NOT NULL,
    start        text NOT NULL,
    key_hash     bytea NOT NULL UNIQUE,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    last_used_at timestamptz
);
CREATE INDEX api_keys_user ON api_keys (user_id);
-- The time of last use is bookkeeping: it does not change who may call.
CREATE TRIGGER api_keys_notify_snapshot AFTER INSERT OR DELETE OR UPDATE OF key_hash, expires_at, user_id ON api_keys
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
