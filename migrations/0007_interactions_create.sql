-- One row a model call. The id is a UUIDv7, so its order is the order in time and paging needs no other index.
-- No foreign keys: a call outlives the agent and the person that made it.
CREATE TABLE interactions (
    id                 uuid PRIMARY KEY,
    created_at         timestamptz NOT NULL,
    agent_id           uuid,
    external_agent_id  text,
    user_id            text,
    session_id         text,
    session_source     text,
    provider           text NOT NULL,
    kind               text NOT NULL,
    requested_model    text,
    model              text,
    stream             boolean NOT NULL,
    status             integer NOT NULL,
    outcome            text NOT NULL,
    error              text,
    input_tokens       bigint,
    output_tokens      bigint,
    cache_read_tokens  bigint,
    cache_write_tokens bigint,
    -- Picodollars: exact for every price with six decimals. Null: the model's price is not known.
    cost_pico          bigint,
    first_byte_us      bigint,
    duration_us        bigint NOT NULL,
    tool_call_count    integer NOT NULL,
    request_bytes      bigint NOT NULL,
    response_bytes     bigint NOT NULL
);
CREATE INDEX interactions_agent ON interactions (agent_id, id DESC);
CREATE INDEX interactions_session ON interactions (session_id, id DESC) WHERE session_id IS NOT NULL;
CREATE INDEX interactions_failed ON interactions (id DESC) WHERE outcome <> 'ok';

-- Bodies apart from the rows people page through; zstd, so Postgres need not try to compress them again.
CREATE TABLE interaction_bodies (
    interaction_id uuid PRIMARY KEY,
    request        bytea NOT NULL,
    response       bytea NOT NULL,
    truncated      boolean NOT NULL DEFAULT false
);
ALTER TABLE interaction_bodies ALTER request SET STORAGE EXTERNAL, ALTER response SET STORAGE EXTERNAL;

-- What the home page, the filters and the counts read, kept up at write time in the same transaction as the rows.
CREATE TABLE interaction_hours (
    hour               timestamptz NOT NULL,
    agent_id           uuid NOT NULL,
    provider           text NOT NULL,
    kind               text NOT NULL,
    model              text NOT NULL,
    outcome            text NOT NULL,
    requests           bigint NOT NULL,
    input_tokens       bigint NOT NULL,
    output_tokens      bigint NOT NULL,
    cache_read_tokens  bigint NOT NULL,
    cache_write_tokens bigint NOT NULL,
    cost_pico          numeric NOT NULL,
    unpriced           bigint NOT NULL,
    PRIMARY KEY (hour, agent_id, provider, kind, model, outcome)
);
