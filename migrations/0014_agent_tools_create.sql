-- Which agent may call which tool, and on which installation.
CREATE TABLE agent_tools (
    id                              uuid PRIMARY KEY,
    agent_id                        uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    tool_id                         uuid NOT NULL REFERENCES tools ON DELETE CASCADE,
    credential_source_mcp_server_id uuid REFERENCES mcp_servers ON DELETE SET NULL,
    execution_source_mcp_server_id  uuid REFERENCES mcp_servers ON DELETE SET NULL,
    use_dynamic_team_credential     boolean NOT NULL DEFAULT false,
    credential_resolution_mode      text NOT NULL DEFAULT 'static',
    response_modifier_template      text,
    created_at                      timestamptz NOT NULL,
    updated_at                      timestamptz NOT NULL,
    CONSTRAINT agent_tools_once UNIQUE (agent_id, tool_id)
);
CREATE INDEX agent_tools_tool ON agent_tools (tool_id);
CREATE TRIGGER agent_tools_notify_snapshot AFTER INSERT OR UPDATE OR DELETE ON agent_tools
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
