-- Keys for model providers, beside those of the environment.
CREATE TABLE provider_keys (
    id              uuid PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organization,
    name            text NOT NULL,
    provider        text NOT NULL,
    -- Its field `key`; none for a server that asks for no key.
    secret_id       uuid,
    -- As it was typed; without it, the provider's of the configuration.
    base_url        text,
    -- Who sees and manages the key. Who uses it is decided by assignment.
    scope           text NOT NULL DEFAULT 'org',
    team_id         uuid REFERENCES teams ON DELETE SET NULL,
    user_id         text REFERENCES users ON DELETE SET NULL,
    is_default      boolean NOT NULL DEFAULT false,
    -- Where in Vault the value is, if it is kept there by others.
    vault_path      text,
    vault_key       text,
    -- When the provider last accepted it.
    tested_at       timestamptz,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    UNIQUE (id, provider)
);
CREATE UNIQUE INDEX provider_keys_one_default ON provider_keys (organization_id, provider) WHERE is_default;
CREATE TRIGGER provider_keys_notify_snapshot AFTER INSERT OR UPDATE OR DELETE ON provider_keys
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
