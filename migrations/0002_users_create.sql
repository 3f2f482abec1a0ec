CREATE TABLE users (
    id                  text PRIMARY KEY,
    name                text NOT NULL,
    email               text NOT NULL,
    role                text NOT NULL DEFAULT 'member',
    password_hash       text,
    -- The password is the published default: a banner is shown, and a sign-in from afar must replace it first.
    password_is_default boolean NOT NULL DEFAULT false,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_email ON users (lower(email));
