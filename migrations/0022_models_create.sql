-- Models that providers listed, and what people said about them. Their prices are in token_prices.
CREATE TABLE models (
    id                   uuid PRIMARY KEY,
    provider             text NOT NULL,
    -- The provider's own name for it.
    model_id             text NOT NULL,
    name                 text,
    description          text,
    context_length       integer,
    -- Whether one can chat with it; others embed, speak or paint.
    chats                boolean NOT NULL,
    released_at          timestamptz,
    -- Hidden from pickers by a person.
    ignored              boolean NOT NULL DEFAULT false,
    input_modalities     text[],
    output_modalities    text[],
    embedding_dimensions integer,
    -- The half of its custom price that nobody typed, `input` or `output`.
    price_filled_in      text,
    listed_at            timestamptz NOT NULL,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    UNIQUE (provider, model_id)
);

-- With which keys each can be used.
CREATE TABLE model_keys (
    model_id uuid NOT NULL REFERENCES models ON DELETE CASCADE,
    key_id   uuid NOT NULL REFERENCES provider_keys ON DELETE CASCADE,
    PRIMARY KEY (model_id, key_id)
);
CREATE INDEX model_keys_key ON model_keys (key_id);
CREATE TRIGGER models_notify_snapshot AFTER INSERT OR DELETE ON models
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
