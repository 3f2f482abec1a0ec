-- An answer in the making. It belongs to the replica that holds its lease, not to the page that asked for it.
CREATE TABLE conversation_runs (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    message_id      uuid NOT NULL,
    status          text NOT NULL,
    holder          uuid NOT NULL,
    lease_until     timestamptz NOT NULL,
    started_at      timestamptz NOT NULL,
    finished_at     timestamptz
);
CREATE UNIQUE INDEX conversation_runs_one_active ON conversation_runs (conversation_id) WHERE finished_at IS NULL;
CREATE INDEX conversation_runs_conversation ON conversation_runs (conversation_id, started_at DESC);

-- What the last run of a conversation has told its readers: one row a write, one event a line.
CREATE TABLE conversation_events (
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    first_id        bigint NOT NULL,
    last_id         bigint NOT NULL,
    events          text NOT NULL,
    PRIMARY KEY (conversation_id, last_id)
);

-- What people tell a run, through whichever replica: stop, approvals, answers to a server's questions.
CREATE TABLE conversation_answers (
    id         uuid PRIMARY KEY,
    run_id     uuid NOT NULL REFERENCES conversation_runs ON DELETE CASCADE,
    kind       text NOT NULL,
    key        text NOT NULL,
    body       jsonb NOT NULL,
    CONSTRAINT conversation_answers_once UNIQUE (run_id, kind, key)
);
