-- Prompts people keep. A version never changes: a change is another row, and one row of a prompt is the active one.
CREATE TABLE prompts (
    id               uuid PRIMARY KEY,
    organization_id  text NOT NULL REFERENCES organization,
    name             text NOT NULL,
    agent_id         uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    user_prompt      text,
    system_prompt    text,
    version          integer NOT NULL,
    -- The first version; null for itself.
    parent_prompt_id uuid REFERENCES prompts ON DELETE CASCADE,
    is_active        boolean NOT NULL,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL
);
CREATE UNIQUE INDEX prompts_one_version ON prompts (COALESCE(parent_prompt_id, id), version);
CREATE UNIQUE INDEX prompts_one_active ON prompts (COALESCE(parent_prompt_id, id)) WHERE is_active;
