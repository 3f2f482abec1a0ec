-- How much an organization, a team or an agent may use.
CREATE TABLE limits (
    id              uuid PRIMARY KEY,
    entity_type     text NOT NULL,
    -- As it was given; a team's and an agent's is a UUID.
    entity_id       text NOT NULL,
    limit_type      text NOT NULL,
    limit_value     bigint NOT NULL,
    models          text[],
    mcp_server_name text,
    tool_name       text,
    last_cleanup    timestamptz,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL
);
CREATE INDEX limits_entity ON limits (entity_type, entity_id);
