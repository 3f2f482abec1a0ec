-- Every change that a caller makes, written by the transaction that makes it. Who the caller is stands in the setting
-- `archestra.actor` of the connection; what the program does by itself has none and is not here.
CREATE TABLE audit_log (
    id          bigint PRIMARY KEY,
    -- What happened, as JSON. Exactly these bytes are hashed, and the columns below follow from them.
    entry       text NOT NULL,
    -- SHA-256 of the hash of the row before (32 zero bytes before the first) and of the entry.
    hash        bytea NOT NULL,
    at          text COLLATE "C" GENERATED ALWAYS AS (entry::jsonb ->> 'at') STORED,
    request_id  text GENERATED ALWAYS AS (entry::jsonb ->> 'requestId') STORED,
    actor_id    text GENERATED ALWAYS AS (entry::jsonb #>> '{actor,id}') STORED,
    action      text GENERATED ALWAYS AS (entry::jsonb ->> 'action') STORED,
    resource    text GENERATED ALWAYS AS (entry::jsonb ->> 'resource') STORED,
    resource_id text GENERATED ALWAYS AS (entry::jsonb ->> 'resourceId') STORED
);
CREATE INDEX audit_log_at ON audit_log (at);
CREATE INDEX audit_log_actor ON audit_log (actor_id, id DESC);
CREATE INDEX audit_log_resource ON audit_log (resource, resource_id, id DESC);

CREATE FUNCTION refuse_audit_log_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log only grows';
END $$;
CREATE TRIGGER audit_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_log_change();

-- The row as people may see it: bytes are hashes, ciphertexts or files, and what is long is cut.
CREATE FUNCTION audit_shown(of_table oid, content jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_object_agg(key, CASE
        WHEN value = 'null' THEN value
        WHEN key = 'password_hash'
            OR key IN (SELECT attname FROM pg_attribute WHERE attrelid = of_table AND atttypid = 'bytea'::regtype)
            OR (of_table = 'secret_fields'::regclass AND key = 'value')
            OR (of_table = 'conversations'::regclass AND key IN ('title', 'system_prompt')) THEN '"***"'
        WHEN length(value #>> '{}') > 4000
            THEN to_jsonb(left(value #>> '{}', 1000) || '… (' || length(value #>> '{}') || ' characters)')
        ELSE value END)
    FROM jsonb_each(content)
$$;

-- One at a time, across all replicas, until the transaction ends.
CREATE FUNCTION append_audit_log(change jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    latest audit_log;
    said   text;
BEGIN
    PERFORM pg_advisory_xact_lock(1635083369);
    SELECT * INTO latest FROM audit_log ORDER BY id DESC LIMIT 1;
    said := (current_setting('archestra.actor')::jsonb || change || jsonb_build_object(
        'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')))::text;
    INSERT INTO audit_log (id, entry, hash) VALUES (COALESCE(latest.id, 0) + 1, said,
        sha256(COALESCE(latest.hash, decode(repeat('00', 32), 'hex')) || convert_to(said, 'UTF8')));
END $$;

-- Runs when the transaction commits: its rows are locked by then, so that waiting for one's turn in the chain can't end in
-- a deadlock, and nobody waits longer than a commit takes.
CREATE FUNCTION audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before   jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after    jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    whole    jsonb := audit_shown(TG_RELID, COALESCE(after, before));
    key      text;
    changed  text[];
    put_back boolean;
    mark     text := md5(TG_TABLE_NAME || COALESCE(before, after)::text);
BEGIN
    SELECT attname INTO key FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
        WHERE indrelid = TG_RELID AND indisprimary;
    IF TG_OP = 'UPDATE' THEN
        changed := ARRAY(SELECT name FROM jsonb_object_keys(after) AS name WHERE after -> name IS DISTINCT FROM before -> name
            AND name NOT IN ('updated_at', 'last_used_at', 'last_active_at', 'last_step', 'listed_at'));
        IF cardinality(changed) = 0 THEN
            RETURN NULL;
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        -- Lists are replaced as a whole; what is back in its place has not changed.
        EXECUTE format('SELECT EXISTS (SELECT FROM %I AS t WHERE t.%I = ($1).%2$I AND to_jsonb(t) = $2)', TG_TABLE_NAME, key)
            INTO put_back USING OLD, before;
        IF put_back THEN
            PERFORM set_config('archestra.put_back', COALESCE(current_setting('archestra.put_back', true), '') || mark, true);
            RETURN NULL;
        END IF;
    ELSIF strpos(COALESCE(current_setting('archestra.put_back', true), ''), mark) > 0 THEN
        RETURN NULL;
    END IF;
    before := audit_shown(TG_RELID, before);
    after := audit_shown(TG_RELID, after);
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(name, before -> name), jsonb_object_agg(name, after -> name) INTO before, after
            FROM unnest(changed) AS name;
    END IF;
    PERFORM append_audit_log(jsonb_build_object(
        'action', CASE TG_OP WHEN 'INSERT' THEN 'create' WHEN 'UPDATE' THEN 'update' ELSE 'delete' END,
        'resource', TG_TABLE_NAME,
        'resourceId', whole ->> key,
        'resourceName', COALESCE(whole ->> 'name', whole ->> 'email', whole ->> 'field', whole ->> 'key',
            (SELECT name FROM users WHERE id = whole ->> 'user_id'),
            (SELECT name FROM teams WHERE id::text = whole ->> 'team_id'),
            (SELECT name FROM agents WHERE id::text = whole ->> 'agent_id'),
            (SELECT name FROM tools WHERE id::text = whole ->> 'tool_id')),
        'before', before,
        'after', after));
    RETURN NULL;
END $$;

-- Of every table but those of records, of things under way, and of bookkeeping; a test knows which they are and why.
DO $$
DECLARE
    audited name;
BEGIN
    FOR audited IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
        AND relname NOT IN ('audit_log', '_sqlx_migrations', 'interactions', 'interaction_bodies', 'interaction_hours',
            'mcp_tool_calls', 'mcp_tool_call_bodies', 'mcp_tool_call_hours', 'mcp_server_leases', 'mcp_server_removals',
            'mcp_sessions_ended', 'sign_in_failures', 'oauth_flows', 'oauth_codes', 'identity_flows', 'identity_tests',
            'identity_assertions', 'identity_sessions', 'two_factor_challenges', 'messages', 'attachments',
            'conversation_runs', 'conversation_events', 'conversation_answers', 'model_keys')
    LOOP
        EXECUTE format('CREATE CONSTRAINT TRIGGER audit AFTER %s ON %I DEFERRABLE INITIALLY DEFERRED FOR EACH ROW '
            'WHEN (COALESCE(current_setting(''archestra.actor'', true), '''') <> '''') EXECUTE FUNCTION audit_change()',
            -- A provider's listing brings hundreds of models; what a conversation is about is its person's.
            CASE audited WHEN 'models' THEN 'UPDATE' WHEN 'conversations' THEN 'INSERT OR DELETE'
                ELSE 'INSERT OR UPDATE OR DELETE' END, audited);
    END LOOP;
END $$;
