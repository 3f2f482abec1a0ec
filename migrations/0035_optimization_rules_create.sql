-- Which calls go to a cheaper model of the same provider.
CREATE TABLE optimization_rules (
    id           uuid PRIMARY KEY,
    entity_type  text NOT NULL,
    entity_id    text NOT NULL,
    provider     text NOT NULL,
    target_model text NOT NULL,
    -- [{"maxLength": …} | {"hasTools": …}], all of which have to hold
    conditions   json NOT NULL,
    enabled      boolean NOT NULL,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL
);
CREATE INDEX optimization_rules_entity ON optimization_rules (entity_type, entity_id);

-- Limits and rules go with what they are about.
CREATE FUNCTION forget_entity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM limits WHERE entity_type = TG_ARGV[0] AND lower(entity_id) = OLD.id::text;
    DELETE FROM optimization_rules WHERE entity_type = TG_ARGV[0] AND lower(entity_id) = OLD.id::text;
    RETURN NULL;
END $$;
CREATE TRIGGER agents_forget_entity AFTER DELETE ON agents
    FOR EACH ROW EXECUTE FUNCTION forget_entity('agent');
CREATE TRIGGER teams_forget_entity AFTER DELETE ON teams
    FOR EACH ROW EXECUTE FUNCTION forget_entity('team');
