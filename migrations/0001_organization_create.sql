-- One row: the organization this deployment serves, with its settings.
CREATE TABLE organization (
    id                text PRIMARY KEY,
    name              text NOT NULL,
    slug              text NOT NULL,
    theme             text NOT NULL DEFAULT 'cosmic-night',
    custom_font       text NOT NULL DEFAULT 'lato',
    logo              text,
    analytics_consent boolean NOT NULL DEFAULT false,
    onboarding_complete boolean NOT NULL DEFAULT false,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    singleton         boolean NOT NULL DEFAULT true UNIQUE CHECK (singleton)
);

-- Tells every replica that what its snapshot is made of has changed.
CREATE FUNCTION notify_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('archestra_snapshot', TG_TABLE_NAME);
    RETURN NULL;
END $$;
