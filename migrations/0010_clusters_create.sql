-- Kubernetes clusters that a person added, beside the one the configuration names.
CREATE TABLE clusters (
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    context    text,
    namespace  text NOT NULL,
    -- Its field `kubeconfig`.
    secret_id  uuid,
    -- The API server's address, for people to recognise it by.
    server     text,
    settings   jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT clusters_name UNIQUE (name)
);
