-- What MCP clients authenticate with: one for the organization, one a team, one a person.
CREATE TABLE tokens (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL,
    team_id      uuid REFERENCES teams ON DELETE CASCADE,
    user_id      text REFERENCES users ON DELETE CASCADE,
    name         text NOT NULL,
    start        text NOT NULL,
    token_hash   bytea NOT NULL UNIQUE,
    -- Its field `token`, for those who may see it again.
    secret_id    uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    rotated_at   timestamptz,
    CONSTRAINT tokens_one_per_owner UNIQUE NULLS NOT DISTINCT (kind, team_id, user_id)
);
-- The time of last use is bookkeeping: it does not change who may call.
CREATE TRIGGER tokens_notify_snapshot AFTER INSERT OR DELETE OR UPDATE OF token_hash, name ON tokens
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
-- A person's role decides what their token may reach.
CREATE TRIGGER users_notify_snapshot AFTER INSERT OR DELETE OR UPDATE OF role ON users
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
