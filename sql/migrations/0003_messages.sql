-- Messages, a partition per month of their UUIDv7 id, so that the id alone finds the partition and the
-- primary key holds across all of them.

CREATE TABLE support_messages (
    account_id      uuid NOT NULL,
    id              uuid NOT NULL,
    chat_id         uuid NOT NULL,
    conversation_id uuid NOT NULL,
    seq             bigint NOT NULL CHECK (seq > 0),
    client_id       text NOT NULL,
    sender_type     text NOT NULL CHECK (sender_type IN ('user', 'admin')),
    sender_id       uuid NOT NULL,
    sender_name     text,
    content         text NOT NULL,
    created_at      timestamptz NOT NULL,
    delivered_at    timestamptz,
    read_at         timestamptz,
    PRIMARY KEY (account_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX support_messages_chat ON support_messages (account_id, chat_id, seq DESC);

-- The smallest UUIDv7 of a moment (RFC 9562 §5.7): 48 bits of milliseconds, then zeros.
CREATE FUNCTION uuid_v7_floor(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- Makes the partitions of the months around a moment; returns how many were missing. Called by the
-- migration, and by the worker every hour, so that they stand long before they are needed.
CREATE FUNCTION ensure_message_partitions(around timestamptz, months_ahead int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    month timestamptz := date_trunc('month', around, 'UTC') - interval '1 month';
    name text;
    made int := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ensure_message_partitions'));
    WHILE month <= around + make_interval(months => months_ahead) LOOP
        name := 'support_messages_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF support_messages FOR VALUES FROM (%L) TO (%L)', name,
                uuid_v7_floor(month), uuid_v7_floor(month + interval '1 month'));
            made := made + 1;
        END IF;
        month := month + interval '1 month';
    END LOOP;
    RETURN made;
END $$;

-- Catches what a badly set clock makes, so that a message is never refused for its id; `switchboard doctor`
-- warns when it is not empty.
CREATE TABLE support_messages_elsewhen PARTITION OF support_messages DEFAULT;
SELECT ensure_message_partitions(now(), 3);
