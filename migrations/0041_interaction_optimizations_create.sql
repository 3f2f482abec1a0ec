-- Calls that an optimization rule sent to another model than the one that was asked for.
CREATE TABLE interaction_optimizations (
    interaction_id     uuid PRIMARY KEY REFERENCES interactions ON DELETE CASCADE,
    rule_id            uuid NOT NULL,
    -- The model that was called.
    model              text NOT NULL,
    -- What the model that was asked for would have cost. Null: its price is not known.
    baseline_cost_pico bigint
);

CREATE TRIGGER optimization_rules_notify_snapshot AFTER INSERT OR UPDATE OR DELETE ON optimization_rules
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
