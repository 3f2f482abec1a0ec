-- When a limit's usage started anew last, and when it does next (null: never). Windows follow each other without a gap from
-- the anchor on, so nobody has to come by to start one.
CREATE FUNCTION limit_window(anchor timestamptz, every text, at timestamptz, OUT since timestamptz, OUT until timestamptz)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    -- Months are counted in UTC, whatever the connection's time zone is.
    first  timestamp := anchor AT TIME ZONE 'UTC';
    moment timestamp := GREATEST(at, anchor) AT TIME ZONE 'UTC';
    length interval := CASE every WHEN '1h' THEN '1 hour' WHEN '12h' THEN '12 hours' WHEN '24h' THEN '24 hours'
        WHEN '1w' THEN '168 hours' END;
    months integer;
BEGIN
    IF every = '1m' THEN
        months := (extract(year FROM moment) - extract(year FROM first)) * 12
            + extract(month FROM moment) - extract(month FROM first);
        IF first + make_interval(months => months) > moment THEN
            months := months - 1;
        END IF;
        since := (first + make_interval(months => months)) AT TIME ZONE 'UTC';
        until := (first + make_interval(months => months + 1)) AT TIME ZONE 'UTC';
    ELSIF length IS NOT NULL THEN
        since := date_bin(length, GREATEST(at, anchor), anchor);
        until := since + length;
    ELSE
        since := anchor;
    END IF;
END $$;

-- The window of a limit at a moment.
CREATE FUNCTION limit_window(of_limit limits, at timestamptz, OUT since timestamptz, OUT until timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT w.since, w.until FROM limit_window(COALESCE(of_limit.last_cleanup, of_limit.created_at),
        (SELECT limit_cleanup_interval FROM organization), at) AS w
$$;

-- What has been used of limits. Rows of an earlier window stay until their next use and count as nothing.
CREATE TABLE limit_usage (
    limit_id   uuid NOT NULL REFERENCES limits ON DELETE CASCADE,
    -- Empty where calls of tools are counted.
    model      text NOT NULL,
    -- The beginning of the window that was counted in.
    since      timestamptz NOT NULL,
    -- When the latest call that counts began.
    last_at    timestamptz NOT NULL,
    calls      bigint NOT NULL,
    tokens_in  bigint NOT NULL DEFAULT 0,
    tokens_out bigint NOT NULL DEFAULT 0,
    cost_pico  numeric NOT NULL DEFAULT 0,
    PRIMARY KEY (limit_id, model)
);

CREATE FUNCTION notify_limits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('archestra_limits', '');
    RETURN NULL;
END $$;
CREATE TRIGGER limits_notify AFTER INSERT OR UPDATE OR DELETE ON limits
    FOR EACH STATEMENT EXECUTE FUNCTION notify_limits();

-- Started anew by hand, or because the limit counts something else now.
CREATE FUNCTION forget_limit_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM limit_usage WHERE limit_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER limits_forget_usage AFTER UPDATE ON limits
    FOR EACH ROW WHEN (OLD.last_cleanup IS DISTINCT FROM NEW.last_cleanup) EXECUTE FUNCTION forget_limit_usage();
