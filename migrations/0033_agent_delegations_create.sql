-- Which agents an agent may hand work to.
CREATE TABLE agent_delegations (
    agent_id        uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    target_agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
    -- Lists keep the order in which they were added.
    position        bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (agent_id, target_agent_id),
    CHECK (agent_id <> target_agent_id)
);
CREATE INDEX agent_delegations_target ON agent_delegations (target_agent_id);
