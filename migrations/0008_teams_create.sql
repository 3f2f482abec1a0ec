CREATE TABLE teams (
    id              uuid PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organization,
    name            text NOT NULL,
    description     text,
    created_by      text REFERENCES users ON DELETE SET NULL,
    convert_tool_results_to_toon boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL
);

CREATE TABLE team_members (
    id              uuid PRIMARY KEY,
    team_id         uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    user_id         text NOT NULL REFERENCES users ON DELETE CASCADE,
    role            text NOT NULL DEFAULT 'member',
    synced_from_sso boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL,
    -- Lists keep the order in which people joined, also within one moment.
    position        bigint GENERATED ALWAYS AS IDENTITY,
    UNIQUE (team_id, user_id)
);
CREATE INDEX team_members_user ON team_members (user_id);

CREATE TABLE team_external_groups (
    id               uuid PRIMARY KEY,
    team_id          uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    group_identifier text NOT NULL,
    created_at       timestamptz NOT NULL,
    UNIQUE (team_id, group_identifier)
);

CREATE TABLE agent_teams (
    agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    team_id  uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    position integer NOT NULL,
    PRIMARY KEY (agent_id, team_id)
);

CREATE TRIGGER teams_notify_snapshot AFTER INSERT OR UPDATE OR DELETE ON teams
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
CREATE TRIGGER team_members_notify_snapshot AFTER INSERT OR UPDATE OR DELETE ON team_members
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
CREATE TRIGGER agent_teams_notify_snapshot AFTER INSERT OR UPDATE OR DELETE ON agent_teams
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
