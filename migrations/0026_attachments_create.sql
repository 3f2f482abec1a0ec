-- Files that people send with a message.
CREATE TABLE attachments (
    id              uuid PRIMARY KEY,
    user_id         text NOT NULL REFERENCES users ON DELETE CASCADE,
    -- Null until it is sent.
    conversation_id uuid REFERENCES conversations ON DELETE CASCADE,
    filename        text NOT NULL,
    media_type      text NOT NULL,
    size            bigint NOT NULL,
    content         bytea NOT NULL,
    created_at      timestamptz NOT NULL
);
-- Most of them are compressed already.
ALTER TABLE attachments ALTER content SET STORAGE EXTERNAL;
CREATE INDEX attachments_unsent ON attachments (created_at) WHERE conversation_id IS NULL;
