-- Beside people (person) there are accounts for programs (service). These have a role, teams and API keys, and never sign in.
ALTER TABLE users ADD COLUMN kind text NOT NULL DEFAULT 'person';
