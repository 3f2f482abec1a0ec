-- Installations: the desired state, and what is known of the actual one.
CREATE TABLE mcp_servers (
    id                      uuid PRIMARY KEY,
    name                    text NOT NULL,
    catalog_id              uuid NOT NULL REFERENCES mcp_catalog ON DELETE CASCADE,
    server_type             text NOT NULL,
    scope                   text NOT NULL DEFAULT 'personal',
    owner_id                text REFERENCES users ON DELETE SET NULL,
    team_id                 uuid REFERENCES teams ON DELETE CASCADE,
    -- Where it runs; null until one is chosen.
    runtime                 text,
    cluster_id              uuid REFERENCES clusters ON DELETE SET NULL,
    service_account         text,
    desired                 text NOT NULL DEFAULT 'running',
    -- Counts restarts that a person asked for.
    generation              bigint NOT NULL DEFAULT 0,
    -- Its environment's secret values, or what it authenticates with elsewhere.
    secret_id               uuid,
    environment_values      jsonb NOT NULL DEFAULT '{}',
    user_config_values      jsonb NOT NULL DEFAULT '{}',
    -- Agents that get its tools when these are discovered.
    agent_ids               uuid[] NOT NULL DEFAULT '{}',
    status                  text NOT NULL DEFAULT 'idle',
    error                   text,
    reinstall_required      boolean NOT NULL DEFAULT false,
    oauth_refresh_error     text,
    oauth_refresh_failed_at timestamptz,
    restarts                integer NOT NULL DEFAULT 0,
    last_crash              jsonb,
    discovered_at           timestamptz,
    created_at              timestamptz NOT NULL,
    updated_at              timestamptz NOT NULL
);
CREATE INDEX mcp_servers_catalog ON mcp_servers (catalog_id);
CREATE UNIQUE INDEX mcp_servers_one_per_person ON mcp_servers (catalog_id, owner_id) WHERE scope = 'personal';
CREATE UNIQUE INDEX mcp_servers_one_per_team ON mcp_servers (catalog_id, team_id) WHERE scope = 'team';
CREATE UNIQUE INDEX mcp_servers_one_per_organization ON mcp_servers (catalog_id) WHERE scope = 'org';

-- Which replica sees to a server. Apart from it, so that renewing a lease announces nothing.
CREATE TABLE mcp_server_leases (
    server_id uuid PRIMARY KEY REFERENCES mcp_servers ON DELETE CASCADE,
    holder    uuid NOT NULL,
    until     timestamptz NOT NULL
);

-- What a deleted server left elsewhere: its container and its secrets go from here, also after a crash in between.
CREATE TABLE mcp_server_removals (
    server_id  uuid PRIMARY KEY,
    name       text NOT NULL,
    server_type text NOT NULL,
    runtime    text,
    cluster_id uuid,
    secret_id  uuid,
    attempts   integer NOT NULL DEFAULT 0,
    error      text,
    created_at timestamptz NOT NULL DEFAULT now(),
    next_at    timestamptz NOT NULL DEFAULT now()
);
CREATE FUNCTION remember_removed_mcp_server() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO mcp_server_removals (server_id, name, server_type, runtime, cluster_id, secret_id)
    VALUES (OLD.id, OLD.name, OLD.server_type, OLD.runtime, OLD.cluster_id, OLD.secret_id);
    RETURN NULL;
END $$;
CREATE TRIGGER mcp_servers_remember_removed AFTER DELETE ON mcp_servers
    FOR EACH ROW EXECUTE FUNCTION remember_removed_mcp_server();
CREATE TRIGGER mcp_servers_notify_snapshot AFTER INSERT OR UPDATE OR DELETE ON mcp_servers
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
