-- One row for each initialize, list and call at the gateway; as interactions are: UUIDv7, no foreign keys, bodies apart.
CREATE TABLE mcp_tool_calls (
    id              uuid PRIMARY KEY,
    created_at      timestamptz NOT NULL,
    agent_id        uuid,
    mcp_server_id   uuid,
    mcp_server_name text NOT NULL,
    method          text NOT NULL,
    tool_name       text,
    user_id         text,
    token_id        uuid,
    token_kind      text,
    auth_method     text,
    session_id      text,
    client          text,
    is_error        boolean NOT NULL,
    error           text,
    argument_bytes  bigint NOT NULL,
    result_bytes    bigint NOT NULL,
    duration_us     bigint NOT NULL
);
CREATE INDEX mcp_tool_calls_agent ON mcp_tool_calls (agent_id, id DESC);
CREATE INDEX mcp_tool_calls_server ON mcp_tool_calls (mcp_server_id, id DESC);
CREATE INDEX mcp_tool_calls_failed ON mcp_tool_calls (id DESC) WHERE is_error;

CREATE TABLE mcp_tool_call_bodies (
    mcp_tool_call_id uuid PRIMARY KEY,
    arguments        bytea NOT NULL,
    result           bytea NOT NULL,
    truncated        boolean NOT NULL DEFAULT false
);
ALTER TABLE mcp_tool_call_bodies ALTER arguments SET STORAGE EXTERNAL, ALTER result SET STORAGE EXTERNAL;

CREATE TABLE mcp_tool_call_hours (
    hour          timestamptz NOT NULL,
    agent_id      uuid NOT NULL,
    mcp_server_id uuid NOT NULL,
    method        text NOT NULL,
    tool_name     text NOT NULL,
    is_error      boolean NOT NULL,
    calls         bigint NOT NULL,
    result_bytes  bigint NOT NULL,
    duration_us   bigint NOT NULL,
    PRIMARY KEY (hour, agent_id, mcp_server_id, method, tool_name, is_error)
);
