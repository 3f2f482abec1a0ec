-- Which key an agent uses: one for each provider.
CREATE TABLE provider_key_agents (
    agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    provider text NOT NULL,
    key_id   uuid NOT NULL,
    PRIMARY KEY (agent_id, provider),
    FOREIGN KEY (key_id, provider) REFERENCES provider_keys (id, provider) ON DELETE CASCADE
);
CREATE INDEX provider_key_agents_key ON provider_key_agents (key_id);
CREATE TRIGGER provider_key_agents_notify_snapshot AFTER INSERT OR UPDATE OR DELETE ON provider_key_agents
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
