-- Who was asked to join. The link carries a secret; only its SHA-256 is kept.
CREATE TABLE invitations (
    id              uuid PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organization,
    email           text NOT NULL,
    role            text NOT NULL,
    team_ids        uuid[] NOT NULL DEFAULT '{}',
    token_hash      bytea NOT NULL UNIQUE,
    -- pending, accepted or canceled; a pending one whose time is over has expired.
    status          text NOT NULL DEFAULT 'pending',
    inviter_id      text REFERENCES users ON DELETE SET NULL,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL
);
CREATE UNIQUE INDEX invitations_pending ON invitations (lower(email)) WHERE status = 'pending';
