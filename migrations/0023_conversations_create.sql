-- A conversation of one person with one agent. Its agent may be gone: what was said stays.
CREATE TABLE conversations (
    id              uuid PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organization,
    user_id         text NOT NULL REFERENCES users ON DELETE CASCADE,
    agent_id        uuid NOT NULL,
    prompt_id       uuid,
    title           text,
    provider        text NOT NULL,
    model           text NOT NULL,
    system_prompt   text,
    -- Which tools ask before they run.
    approval_mode   text NOT NULL DEFAULT 'destructive',
    -- Null: all tools of the agent.
    enabled_tools   text[],
    -- Tools that need not ask any more.
    allowed_tools   text[] NOT NULL DEFAULT '{}',
    -- The end of the branch that is shown.
    leaf_message_id uuid,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL
);
CREATE INDEX conversations_user ON conversations (user_id, updated_at DESC);

-- Messages are a tree: what is said anew is a sibling of what it replaces.
CREATE TABLE messages (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    parent_id       uuid,
    role            text NOT NULL,
    status          text NOT NULL,
    parts           jsonb NOT NULL,
    -- What the search looks through.
    words           text NOT NULL,
    run_id          uuid,
    provider        text,
    model           text,
    error           jsonb,
    usage           jsonb,
    finish_reason   text,
    created_at      timestamptz NOT NULL
);
CREATE INDEX messages_conversation ON messages (conversation_id, id);
