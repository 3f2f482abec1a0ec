-- Resource → actions that a key is limited to; without it, all that its owner may do.
ALTER TABLE api_keys ADD COLUMN permission jsonb;
DROP TRIGGER api_keys_notify_snapshot ON api_keys;
CREATE TRIGGER api_keys_notify_snapshot
    AFTER INSERT OR DELETE OR UPDATE OF key_hash, expires_at, user_id, permission ON api_keys
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
