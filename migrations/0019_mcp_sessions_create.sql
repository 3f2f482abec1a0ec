-- Gateway sessions that their clients have ended. A session itself is kept by its client: its id is signed and says all.
CREATE TABLE mcp_sessions_ended (
    id       uuid PRIMARY KEY,
    ended_at timestamptz NOT NULL
);
