-- Tools as they were last discovered, and as a person approved them.
CREATE TABLE tools (
    id                  uuid PRIMARY KEY,
    -- Null: a tool of the built-in server.
    catalog_id          uuid REFERENCES mcp_catalog ON DELETE CASCADE,
    -- `{server}__{tool}`
    name                text NOT NULL,
    raw_name            text NOT NULL,
    title               text,
    description         text,
    input_schema        json NOT NULL DEFAULT '{}',
    -- The server's whole tool object, byte for byte: clients may know fields that we do not.
    definition          text NOT NULL,
    -- Of the approved name, description and schema.
    fingerprint         text NOT NULL,
    -- A definition that differs from the approved one waits here, and the tool is paused.
    pending_definition  text,
    pending_fingerprint text,
    pending_detected_at timestamptz,
    rejected_fingerprint text,
    paused              boolean NOT NULL DEFAULT false,
    warnings            text[] NOT NULL DEFAULT '{}',
    -- The server still had it when it was last asked.
    available           boolean NOT NULL DEFAULT true,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    CONSTRAINT tools_name UNIQUE (name),
    CONSTRAINT tools_raw_name UNIQUE NULLS NOT DISTINCT (catalog_id, raw_name)
);
CREATE TRIGGER tools_notify_snapshot AFTER INSERT OR UPDATE OR DELETE ON tools
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
