-- What can be installed. Secret values of an item are in the secret store; here are their ids.
-- json where people gave an order to fields, which jsonb forgets.
CREATE TABLE mcp_catalog (
    id                     uuid PRIMARY KEY,
    organization_id        text NOT NULL REFERENCES organization,
    name                   text NOT NULL,
    -- What its tools' names begin with; chosen when they are first discovered, and kept.
    tool_prefix            text,
    description            text,
    version                text,
    instructions           text,
    repository             text,
    installation_command   text,
    docs_url               text,
    icon                   text,
    requires_auth          boolean NOT NULL DEFAULT false,
    auth_description       text,
    auth_fields            json,
    server_type            text NOT NULL,
    server_url             text,
    local_config           json,
    user_config            json,
    oauth_config           json,
    enterprise_managed_config json,
    deployment_spec_yaml   text,
    client_secret_id       uuid,
    local_config_secret_id uuid,
    labels                 jsonb NOT NULL DEFAULT '[]',
    team_ids               uuid[] NOT NULL DEFAULT '{}',
    scope                  text NOT NULL DEFAULT 'org',
    author_id              text REFERENCES users ON DELETE SET NULL,
    -- Attributes of the published contract whose feature comes later: kept and served as given.
    settings               jsonb NOT NULL DEFAULT '{}',
    created_at             timestamptz NOT NULL,
    updated_at             timestamptz NOT NULL,
    CONSTRAINT mcp_catalog_name UNIQUE (name),
    CONSTRAINT mcp_catalog_tool_prefix UNIQUE (tool_prefix)
);
CREATE TRIGGER mcp_catalog_notify_snapshot AFTER INSERT OR UPDATE OR DELETE ON mcp_catalog
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
