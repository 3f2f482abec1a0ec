-- Sign-ins at remote servers that wait for the browser to come back.
CREATE TABLE oauth_flows (
    id         text PRIMARY KEY,
    catalog_id uuid NOT NULL REFERENCES mcp_catalog ON DELETE CASCADE,
    server_id  uuid,
    user_id    text NOT NULL REFERENCES users ON DELETE CASCADE,
    -- Its field `flow`.
    secret_id  uuid NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Our own authorization server: MCP clients that connect with a browser sign-in. Only hashes of what they hold are here.
CREATE TABLE oauth_clients (
    id         text PRIMARY KEY,
    metadata   jsonb NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TABLE oauth_codes (
    code_hash      bytea PRIMARY KEY,
    client_id      text NOT NULL,
    user_id        text NOT NULL REFERENCES users ON DELETE CASCADE,
    agent_id       uuid REFERENCES agents ON DELETE CASCADE,
    redirect_uri   text NOT NULL,
    code_challenge text NOT NULL,
    resource       text,
    scopes         text[] NOT NULL,
    expires_at     timestamptz NOT NULL
);
CREATE TABLE oauth_tokens (
    id                 uuid PRIMARY KEY,
    access_hash        bytea NOT NULL UNIQUE,
    refresh_hash       bytea UNIQUE,
    client_id          text NOT NULL,
    user_id            text NOT NULL REFERENCES users ON DELETE CASCADE,
    agent_id           uuid REFERENCES agents ON DELETE CASCADE,
    resource           text,
    scopes             text[] NOT NULL,
    created_at         timestamptz NOT NULL,
    access_expires_at  timestamptz NOT NULL,
    refresh_expires_at timestamptz,
    last_used_at       timestamptz
);
CREATE TRIGGER oauth_tokens_notify_snapshot AFTER INSERT OR DELETE ON oauth_tokens
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
