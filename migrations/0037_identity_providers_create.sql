-- Where people sign in instead of here.
CREATE TABLE identity_providers (
    id               uuid PRIMARY KEY,
    organization_id  text NOT NULL REFERENCES organization,
    -- Part of the address that the browser comes back to.
    provider_id      text NOT NULL CONSTRAINT identity_providers_provider_id UNIQUE,
    issuer           text NOT NULL,
    domain           text NOT NULL,
    domain_verified  boolean,
    -- Whoever made it, as its maker says.
    user_id          text,
    -- As they were written, but without their secrets; json keeps the order of keys, which jsonb does not.
    oidc_config      json,
    saml_config      json,
    role_mapping     json,
    team_sync_config json,
    -- What is secret in them, by its place.
    secret_id        uuid,
    -- When somebody was first signed in with these settings, or a test of them passed.
    worked_at        timestamptz,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    CHECK (num_nonnulls(oidc_config, saml_config) = 1)
);

-- Who somebody is there.
CREATE TABLE identity_accounts (
    provider_id  uuid NOT NULL REFERENCES identity_providers ON DELETE CASCADE,
    subject      text NOT NULL,
    user_id      text NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    PRIMARY KEY (provider_id, subject)
);
CREATE INDEX identity_accounts_user ON identity_accounts (user_id);

-- What an administrator tries out, step by step.
CREATE TABLE identity_tests (
    id          uuid PRIMARY KEY,
    provider_id uuid NOT NULL REFERENCES identity_providers ON DELETE CASCADE,
    state       text NOT NULL CHECK (state IN ('waiting', 'passed', 'failed')),
    steps       json NOT NULL,
    expires_at  timestamptz NOT NULL
);

-- Sign-ins that wait for the browser to come back, on whichever replica. Nothing here is secret: the rest follows from the
-- state, of which this is the hash.
CREATE TABLE identity_flows (
    state_hash   bytea PRIMARY KEY,
    provider_id  uuid NOT NULL REFERENCES identity_providers ON DELETE CASCADE,
    -- Of the cookie of the browser that began it.
    browser_hash bytea NOT NULL,
    return_to    text NOT NULL,
    test_id      uuid REFERENCES identity_tests ON DELETE CASCADE,
    -- What a SAML provider said, between the page that brought it and the one that may read cookies.
    outcome      json,
    expires_at   timestamptz NOT NULL
);

-- Used ones; each works once.
CREATE TABLE identity_assertions (
    provider_id  uuid NOT NULL REFERENCES identity_providers ON DELETE CASCADE,
    assertion_id text NOT NULL,
    expires_at   timestamptz NOT NULL,
    PRIMARY KEY (provider_id, assertion_id)
);

-- Which sessions a provider began, for signing out there, too.
CREATE TABLE identity_sessions (
    session_id  uuid PRIMARY KEY REFERENCES sessions ON DELETE CASCADE,
    provider_id uuid NOT NULL REFERENCES identity_providers ON DELETE CASCADE,
    -- The provider's ID token, encrypted.
    id_token    bytea
);

-- Until when somebody may use a password although passwords are switched off: `reset-admin` opens this door.
ALTER TABLE users ADD COLUMN password_allowed_until timestamptz;
