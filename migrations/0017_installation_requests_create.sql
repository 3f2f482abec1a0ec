-- People who may not add a server ask for it here.
CREATE TABLE installation_requests (
    id                   uuid PRIMARY KEY,
    external_catalog_id  text,
    requested_by         text NOT NULL REFERENCES users ON DELETE CASCADE,
    status               text NOT NULL DEFAULT 'pending',
    request_reason       text,
    custom_server_config jsonb,
    admin_response       text,
    reviewed_by          text REFERENCES users ON DELETE SET NULL,
    reviewed_at          timestamptz,
    notes                jsonb NOT NULL DEFAULT '[]',
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL
);
