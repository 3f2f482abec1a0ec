-- Prices a person set. The built-in table is a data file of the program; a row here wins over it.
CREATE TABLE token_prices (
    id          uuid PRIMARY KEY,
    provider    text NOT NULL,
    model       text NOT NULL,
    -- USD per million tokens, as text: what was typed comes back byte for byte.
    input       text NOT NULL,
    output      text NOT NULL,
    cache_read  text,
    cache_write text,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    UNIQUE (provider, model)
);
CREATE TRIGGER token_prices_notify_snapshot AFTER INSERT OR UPDATE OR DELETE ON token_prices
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
