-- An agent (a "profile" in the UI's older words): one id that names a proxy path, a gateway path and a chat identity.
CREATE TABLE agents (
    id                 uuid PRIMARY KEY,
    organization_id    text NOT NULL REFERENCES organization,
    name               text NOT NULL,
    slug               text NOT NULL UNIQUE,
    agent_type         text NOT NULL DEFAULT 'profile',
    description        text,
    icon               text,
    scope              text NOT NULL DEFAULT 'org',
    system_prompt      text,
    is_default         boolean NOT NULL DEFAULT false,
    consider_context_untrusted boolean NOT NULL DEFAULT false,
    author_id          text REFERENCES users ON DELETE SET NULL,
    -- Attributes of the published contract whose feature comes later: kept and served as given.
    settings           jsonb NOT NULL DEFAULT '{}',
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX agents_one_default ON agents (organization_id) WHERE is_default;

CREATE TABLE agent_labels (
    agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    key      text NOT NULL,
    value    text NOT NULL,
    position integer NOT NULL,
    PRIMARY KEY (agent_id, key)
);
CREATE TRIGGER agents_notify_snapshot AFTER INSERT OR UPDATE OR DELETE ON agents
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
CREATE TRIGGER agent_labels_notify_snapshot AFTER INSERT OR UPDATE OR DELETE ON agent_labels
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
