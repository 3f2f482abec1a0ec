-- Roles beside admin, editor and member. Whoever has one has its name in users.role.
CREATE TABLE roles (
    id              uuid PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organization,
    name            text NOT NULL UNIQUE,
    -- Resource → actions.
    permission      jsonb NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz
);
CREATE TRIGGER roles_notify_snapshot AFTER INSERT OR UPDATE OR DELETE ON roles
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
