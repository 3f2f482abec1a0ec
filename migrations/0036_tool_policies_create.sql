-- When a tool may be called (`invocation`), and how far its results are trusted (`result`).
CREATE TABLE tool_policies (
    id         uuid PRIMARY KEY,
    kind       text NOT NULL,
    tool_id    uuid NOT NULL REFERENCES tools ON DELETE CASCADE,
    -- [{"key": …, "operator": …, "value": …}], all of which have to hold; an empty list: the tool's default
    conditions json NOT NULL,
    action     text NOT NULL,
    -- Why, or what it is for.
    note       text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX tool_policies_tool ON tool_policies (tool_id);
CREATE UNIQUE INDEX tool_policies_one_default ON tool_policies (kind, tool_id) WHERE json_array_length(conditions) = 0;
CREATE TRIGGER tool_policies_notify_snapshot AFTER INSERT OR UPDATE OR DELETE ON tool_policies
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();

-- What a model proposed for a tool, and why.
CREATE TABLE tool_policy_proposals (
    tool_id    uuid PRIMARY KEY REFERENCES tools ON DELETE CASCADE,
    model      text NOT NULL,
    reasoning  text NOT NULL,
    created_at timestamptz NOT NULL
);
